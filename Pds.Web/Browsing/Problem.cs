using Pds.Xrpc;

namespace Pds.Web.Browsing;

/// <summary>What went wrong, in a person's words.</summary>
/// <param name="Title">A key of the texts.</param>
/// <param name="Text">A key of the texts: what to do now.</param>
/// <param name="Detail">For developers, in English.</param>
/// <param name="Name">The refusal's name; null where there is only the status.</param>
internal sealed record Problem(int Status, string Title, string Text, string? Detail = null, string? Name = null)
{
    /// <summary>The name of the refusal of a request that waits no longer, or not in this browser.</summary>
    public const string RequestEnded = "RequestEnded";

    /// <summary>The name of the refusal of a browser that does not keep cookies.</summary>
    public const string CookiesOff = "CookiesOff";

    public static Problem Of(XrpcException refusal) => refusal.Error switch
    {
        RequestEnded => new(refusal.Status, "Problem.Ended.Title", "Problem.Ended.Text", Name: RequestEnded),
        CookiesOff => new(refusal.Status, "Problem.Cookies.Title", "Problem.Cookies.Text", Name: CookiesOff),
        _ => Of(refusal.Status) with { Detail = refusal.Status < 500 ? refusal.Message : null, Name = refusal.Error },
    };

    public static Problem Of(int status) => status switch
    {
        403 => new(status, "Problem.Forbidden.Title", "Problem.Forbidden.Text"),
        404 => new(status, "Problem.NotFound.Title", "Problem.NotFound.Text"),
        429 => new(status, "Problem.TooMany.Title", "Problem.TooMany.Text"),
        >= 500 => new(status, "Problem.Server.Title", "Problem.Server.Text"),
        _ => new(status, "Problem.Request.Title", "Problem.Request.Text"),
    };
}
