using Pds.Tests.Web;

namespace Pds.Tests.Support;

/// <summary>An administrator with a browser without script.</summary>
public static class ConsoleVisit
{
    /// <summary>Opens the console of a server.</summary>
    public static async Task<PageVisitor> SignInAsync(PdsServer server)
    {
        var visitor = new PageVisitor(server);
        await visitor.GoAsync("/admin");
        await visitor.PressAsync("Sign in to the console", ("password", PdsServer.AdminPassword));
        Assert.Equal(("/admin", 200), (visitor.Address, visitor.Status));
        return visitor;
    }

    /// <summary>Opens the page of an account.</summary>
    public static Task OpenAccountAsync(this PageVisitor visitor, TestAccount account) =>
        visitor.GoAsync($"/admin/account?did={Uri.EscapeDataString(account.Did.Value)}");
}
