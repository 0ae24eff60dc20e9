using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.OAuth;

/// <summary>A sign-in that waits for its second factor, kept by the browser in an encrypted cookie between two pages.</summary>
internal static class SecondFactorTicket
{
    public static void Keep(ITempDataDictionary data, SecondFactorChallenge challenge)
    {
        data["ticket"] = challenge.Ticket;
        data["factor"] = (int)challenge.Kind;
        data["hint"] = challenge.Hint;
    }

    /// <summary>The sign-in that waits; it stays there for a reload. Null when none does.</summary>
    public static SecondFactorChallenge? Find(ITempDataDictionary data) =>
        data.Peek("ticket") is string ticket && data.Peek("factor") is int kind && data.Peek("hint") is string hint
            ? new SecondFactorChallenge(ticket, (SecondFactorKind)kind, hint)
            : null;

    public static void Forget(ITempDataDictionary data)
    {
        data.Remove("ticket");
        data.Remove("factor");
        data.Remove("hint");
    }
}
