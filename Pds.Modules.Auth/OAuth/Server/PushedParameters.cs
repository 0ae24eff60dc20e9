using System.Text.Json;
using OpenIddict.Abstractions;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>The parameters of a request that outlive it: those that the pages and the answer need.</summary>
internal static class PushedParameters
{
    private static readonly string[] Kept =
    [
        "client_id", "response_type", "response_mode", "redirect_uri", "scope", "state", "prompt", "login_hint", "ui_locales",
        "display", "code_challenge", "code_challenge_method",
    ];

    public static string Write(OpenIddictRequest request) => JsonSerializer.Serialize(
        Kept.Where(request.HasParameter).ToDictionary(name => name, name => (string?)request[name]));

    public static OpenIddictRequest Read(string parameters)
    {
        using var document = JsonDocument.Parse(parameters);
        return new OpenIddictRequest(document.RootElement.Clone());
    }
}
