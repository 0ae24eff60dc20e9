using Microsoft.Extensions.Localization;
using Pds.Xrpc;

namespace Pds.Web.Localization;

/// <summary>Refusals in people's words.</summary>
internal static class Refusals
{
    /// <summary>The translation for the refusal's name; its own message where there is none.</summary>
    public static string Explain(this IStringLocalizer texts, XrpcException refusal)
    {
        var text = texts["Error" + refusal.Error];
        return text.ResourceNotFound ? refusal.Message : text.Value;
    }
}
