using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Passkeys;

/// <summary>Ties passkeys to this server's host name and origin, whatever a request says of itself.</summary>
internal sealed class ConfigurePasskeys(ServiceOptions service) : IConfigureOptions<IdentityPasskeyOptions>
{
    public void Configure(IdentityPasskeyOptions options)
    {
        options.ServerDomain = service.Hostname;
        options.ResidentKeyRequirement = "required";
        options.UserVerificationRequirement = "required";
        options.AttestationConveyancePreference = "none";
        options.ValidateOrigin = context => ValueTask.FromResult(!context.CrossOrigin && context.Origin == service.PublicUrl);
    }
}
