using Pds.Modules.Auth;
using Pds.Xrpc;

namespace Pds.Web.Pages;

/// <summary>A handle under one of this server's domains, in two parts as a form asks for it.</summary>
/// <param name="Name">As typed; the whole handle where somebody typed that.</param>
public sealed record HandleForm(IReadOnlyList<string> Domains, string Domain, string? Name)
{
    /// <summary>The handle that is meant.</summary>
    public string Full
    {
        get
        {
            var name = (Name ?? "").Trim().TrimStart('@').ToLowerInvariant();
            return name.EndsWith(Domain, StringComparison.Ordinal) ? name : name + Domain;
        }
    }

    /// <param name="domain">As sent; another than the server's own is the first of them.</param>
    public static HandleForm Of(IServiceProvider services, string? name, string? domain)
    {
        var service = services.GetRequiredService<ServiceOptions>();
        var domains = services.GetRequiredService<AuthOptions>().HandleDomains(service);
        return new HandleForm(domains, Array.Find(domains, known => known == domain) ?? domains[0], name);
    }
}
