using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Invites;

namespace Pds.Tests.Auth;

public sealed class AppPasswordTests
{
    [Fact]
    public void App_passwords_have_their_form_and_differ()
    {
        var passwords = Enumerable.Range(0, 100).Select(_ => AppPassword.NewPassword()).ToArray();

        Assert.All(passwords, password => Assert.Matches("^[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}$", password));
        Assert.All(passwords, password => Assert.True(AppPassword.IsForm(password)));
        Assert.Equal(100, passwords.Distinct().Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("correct horse batte")]
    [InlineData("abcd-efgh-2345-678a")]
    [InlineData("ABCD-efgh-2345-67aa")]
    [InlineData("abcde-fgh-2345-67aa")]
    [InlineData("abcd-efgh-2345-67aaa")]
    public void Other_text_does_not_have_the_form(string text) => Assert.False(AppPassword.IsForm(text));

    [Fact]
    public void Invite_codes_begin_with_the_host_and_are_no_links() =>
        Assert.Matches("^pds-example-com-[a-z2-7]{5}-[a-z2-7]{5}$", InviteCode.Create("pds.example.com"));
}
