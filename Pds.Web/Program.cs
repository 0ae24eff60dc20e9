using JasperFx;
using Pds.ServiceDefaults;
using Pds.Web;
using Pds.Web.Configuration;

var app = PdsApplication.Create(args, builder => builder.Services.AddHostedService<IdleMemory>());
if (CodeGeneration.IsAsked(args))
{
    return await app.RunJasperFxCommands(args);
}

await app.MigrateAsync();
await app.RunAsync();
return 0;
