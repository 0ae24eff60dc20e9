using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pds.Modules.Auth;
using Pds.Xrpc;
using Pds.Xrpc.Outgoing;

namespace Pds.Web.Sandbox;

/// <summary>
/// Fills the server once it listens, and says who lives there. <c>/health</c> says so until then, so that who starts the server
/// finds it filled. What is there already stays as it is; what is missing comes back with the next start.
/// </summary>
internal sealed partial class SandboxSeed(
    OwnServer self, OutgoingHttp http, AuthOptions auth, ServiceOptions service, ILogger<SandboxSeed> logger)
    : BackgroundService, IHealthCheck
{
    private Task<HealthCheckResult> _health = Task.FromResult(HealthCheckResult.Unhealthy("The sandbox is being filled"));

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => _health;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var address = await self.GetAddressAsync(stoppingToken);
        try
        {
            var handles = await FillAsync(address, stoppingToken);
            _health = Task.FromResult(HealthCheckResult.Healthy());
            Log.Filled(logger, service.PublicUrl, handles, SandboxPerson.Password);
        }
        catch (Exception problem) when (problem is SandboxException or HttpRequestException)
        {
            // The rest of the server is of use without it.
            _health = Task.FromResult(HealthCheckResult.Degraded(problem.Message));
            Log.NotFilled(logger, problem.Message);
        }
    }

    private async Task<string> FillAsync(Uri address, CancellationToken cancellationToken)
    {
        var calls = new SandboxCalls(http.Configured, address);
        var domain = auth.HandleDomains(service)[0];
        var people = new List<SandboxAccount>();
        foreach (var person in SandboxPerson.All)
        {
            var code = auth.InviteRequired
                ? (string?)(await calls.AdministerAsync(
                    "com.atproto.server.createInviteCode", new() { ["useCount"] = 1 }, auth.AdminPassword, cancellationToken))["code"]
                : null;
            people.Add(await SandboxAccount.OpenAsync(calls, person, domain, code, cancellationToken));
        }

        await new SandboxStory(people, cancellationToken).TellAsync();
        return string.Join(", ", people.Select(person => person.Handle));
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Sandbox at {Url}: sign in as one of {Handles} with the password {Password}")]
        public static partial void Filled(ILogger logger, string url, string handles, string password);

        [LoggerMessage(Level = LogLevel.Error, Message = "The sandbox could not be filled: {Problem}")]
        public static partial void NotFilled(ILogger logger, string problem);
    }
}
