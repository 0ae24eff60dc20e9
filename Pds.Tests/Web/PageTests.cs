using System.Text.RegularExpressions;
using Pds.Tests.Support;

namespace Pds.Tests.Web;

public sealed partial class PageTests(PdsFixture pds)
{
    [Fact]
    public async Task Pages_are_kept_to_themselves()
    {
        using var visitor = new PageVisitor(await pds.GetServerAsync());

        await visitor.GoAsync("/account/sign-in");

        Assert.Equal(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            Header(visitor, "Content-Security-Policy"));
        Assert.Equal("DENY", Header(visitor, "X-Frame-Options"));
        Assert.Equal("nosniff", Header(visitor, "X-Content-Type-Options"));
        Assert.Equal("0", Header(visitor, "X-XSS-Protection"));
        Assert.Equal("same-origin", Header(visitor, "Referrer-Policy"));
        Assert.Equal("same-origin", Header(visitor, "Cross-Origin-Opener-Policy"));
        Assert.Equal("same-origin", Header(visitor, "Cross-Origin-Resource-Policy"));
        Assert.Equal("credentialless", Header(visitor, "Cross-Origin-Embedder-Policy"));
        Assert.Contains("camera=()", Header(visitor, "Permissions-Policy"), StringComparison.Ordinal);
        Assert.Contains("no-store", Header(visitor, "Cache-Control"), StringComparison.Ordinal);
        Assert.DoesNotMatch(InlineScript(), visitor.Html);
        Assert.DoesNotContain("style=", visitor.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_tls_cookies_are_for_this_host_alone_and_the_browser_stays_with_tls()
    {
        await using var server = await pds.StartServerAsync(new Dictionary<string, string> { ["PDS_HOSTNAME"] = "pds.example.com" });

        var page = await server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/account/sign-in"));

        Assert.Equal("max-age=63072000", page.Ok().Header("Strict-Transport-Security"));
        Assert.True(page.Headers.TryGetValues("Set-Cookie", out var cookies));
        Assert.Contains(cookies, cookie => cookie.StartsWith("__Host-device=", StringComparison.Ordinal));
        Assert.All(cookies, cookie =>
        {
            Assert.StartsWith("__Host-", cookie, StringComparison.Ordinal);
            Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("; samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("; path=/", cookie, StringComparison.OrdinalIgnoreCase);
        });
    }

    [Fact]
    public async Task Somebody_signs_in_looks_at_the_account_and_signs_out_without_script()
    {
        using var alice = await pds.CreateAccountAsync();
        using var visitor = new PageVisitor(await pds.GetServerAsync());
        await visitor.GoAsync("/account/devices");
        Assert.Equal("/account/sign-in", visitor.Address);

        await visitor.PressAsync("Sign in", ("identifier", alice.Email), ("password", alice.Password), ("remember", "true"));

        Assert.Equal(("/account", 200), (visitor.Address, visitor.Status));
        Assert.Contains(alice.Did.Value, visitor.Html, StringComparison.Ordinal);
        await visitor.GoAsync("/account/devices");
        Assert.Contains("This device", visitor.Html, StringComparison.Ordinal);
        Assert.Contains("Firefox", visitor.Html, StringComparison.Ordinal);
        await visitor.PressAsync($"Sign out of Firefox");
        await visitor.GoAsync("/account");
        Assert.Equal("/account/sign-in", visitor.Address);
    }

    [Fact]
    public async Task A_wrong_password_is_told_at_its_field_and_not_whether_there_is_an_account()
    {
        using var alice = await pds.CreateAccountAsync();
        using var visitor = new PageVisitor(await pds.GetServerAsync());
        await visitor.GoAsync("/account/sign-in");

        await visitor.PressAsync("Sign in", ("identifier", alice.Handle.Value), ("password", "wrong"));
        var known = visitor.Html;
        await visitor.PressAsync("Sign in", ("identifier", TestAccount.NewHandle()), ("password", "wrong"));

        Assert.Equal(400, visitor.Status);
        Assert.Contains("<a href=\"#f-password\">Wrong name or password.</a>", known, StringComparison.Ordinal);
        Assert.Contains("aria-describedby=\"f-password-error\"", known, StringComparison.Ordinal);
        Assert.Contains("<a href=\"#f-password\">Wrong name or password.</a>", visitor.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused()
    {
        using var visitor = new PageVisitor(await pds.GetServerAsync());
        await visitor.GoAsync("/account/sign-in");

        await visitor.PressAsync("Sign in", ("identifier", "alice"), ("password", "wrong"), ("csrf", ""));

        Assert.Equal(400, visitor.Status);
        Assert.DoesNotContain("Wrong name or password", visitor.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Sec-Fetch-Mode", "cors")]
    [InlineData("Sec-Fetch-Dest", "iframe")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    public async Task A_form_from_elsewhere_is_refused(string header, string value)
    {
        using var visitor = new PageVisitor(await pds.GetServerAsync());
        await visitor.GoAsync("/account/sign-in");

        await visitor.PressAsync("Sign in", [(header, value)], [("identifier", "alice"), ("password", "wrong")]);

        Assert.Equal(403, visitor.Status);
    }

    [Theory]
    [InlineData("de-AT,de;q=0.9,en;q=0.5", "", "de", "Anmelden")]
    [InlineData("en;q=0.5,ja", "", "ja", "サインイン")]
    [InlineData("de", "?ui_locales=pt-BR%20en", "pt", "Entrar")]
    [InlineData("xx", "?ui_locales=yy", "en", "Sign in")]
    public async Task The_page_speaks_the_language_that_is_asked_for(string accept, string query, string language, string title)
    {
        using var visitor = new PageVisitor(await pds.GetServerAsync());

        await visitor.GoAsync($"/account/sign-in{query}", ("Accept-Language", accept));

        Assert.Contains($"<html lang=\"{language}\">", visitor.Html, StringComparison.Ordinal);
        Assert.Contains($"<h1>{title}</h1>", System.Net.WebUtility.HtmlDecode(visitor.Html), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Password_managers_find_where_a_password_is_changed()
    {
        using var visitor = new PageVisitor(await pds.GetServerAsync());

        await visitor.GoAsync("/.well-known/change-password");

        Assert.Equal(("/account/reset-password", 200), (visitor.Address, visitor.Status));
    }

    [Fact]
    public async Task A_person_is_told_of_a_missing_page_and_a_program_in_json()
    {
        var server = await pds.GetServerAsync();
        using var visitor = new PageVisitor(server);

        await visitor.GoAsync("/nothing/here");
        var program = await server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/nothing/here"));

        Assert.Equal(404, visitor.Status);
        Assert.Contains("There is no such page", visitor.Html, StringComparison.Ordinal);
        Assert.Equal((404, "XRPCNotSupported"), (program.Status, program.Error));
    }

    [Fact]
    public async Task The_operators_colors_are_those_of_the_pages_in_shades_that_can_be_read()
    {
        await using var server = await pds.StartServerAsync(new Dictionary<string, string> { ["PDS_PRIMARY_COLOR"] = "#ffd400" });
        using var visitor = new PageVisitor(server);
        await visitor.GoAsync("/account/sign-in");

        await visitor.GoAsync(BrandingLink().Match(visitor.Html).Groups["path"].Value);

        Assert.Contains("--button: #ffd400", visitor.Html, StringComparison.Ordinal);
        Assert.Contains("--on-button: #000000", visitor.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("light-dark(#ffd400", visitor.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_does_nothing_once_another_account_is_shown()
    {
        using var alice = await pds.CreateAccountAsync();
        using var bob = await pds.CreateAccountAsync();
        using var visitor = new PageVisitor(await pds.GetServerAsync());
        await visitor.GoAsync("/account/sign-in");
        await visitor.PressAsync("Sign in", ("identifier", alice.Handle.Value), ("password", alice.Password), ("remember", "true"));
        await visitor.GoAsync("/account/devices");
        var (address, html) = (visitor.Address, visitor.Html);
        await visitor.GoAsync("/account/sign-in");
        await visitor.PressAsync("Sign in", ("identifier", bob.Handle.Value), ("password", bob.Password), ("remember", "true"));

        await visitor.PressOldAsync(address, html, "Sign out of Firefox");

        Assert.Equal(400, visitor.Status);
    }

    private static string Header(PageVisitor visitor, string name) => string.Join(", ", visitor.Answer.Headers.GetValues(name));

    [GeneratedRegex("<script(?![^>]*src=)|\\son\\w+=")]
    private static partial Regex InlineScript();

    [GeneratedRegex("href=\"(?<path>/branding.css[^\"]*)\"")]
    private static partial Regex BrandingLink();
}
