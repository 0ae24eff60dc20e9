using Pds.Modules.Auth.Accounts;

namespace Pds.Tests.Auth;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("alice@example.com")]
    [InlineData("Alice.O'Neil+pds@mail.example.co.uk")]
    [InlineData("a@b.cd")]
    [InlineData("ünïcode@exämple.com")]
    [InlineData("用户@例え.jp")]
    [InlineData("!#$%&'*+-/=?^_`{|}~@example.com")]
    public void Ordinary_addresses_are_supported(string email) => Assert.True(EmailAddress.IsSupported(email));

    [Theory]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData("@example.com")]
    [InlineData("alice@")]
    [InlineData("alice@example")]
    [InlineData("alice@@example.com")]
    [InlineData("a@b@example.com")]
    [InlineData(".alice@example.com")]
    [InlineData("alice.@example.com")]
    [InlineData("al..ice@example.com")]
    [InlineData("al ice@example.com")]
    [InlineData("al\u0000ice@example.com")]
    [InlineData("\"alice\"@example.com")]
    [InlineData("alice@-example.com")]
    [InlineData("alice@example-.com")]
    [InlineData("alice@exam ple.com")]
    [InlineData("alice@example..com")]
    [InlineData("alice@example.com.")]
    [InlineData("alice@[127.0.0.1]")]
    [InlineData("alice@127.0.0.1")]
    [InlineData("alice@exam_ple.com")]
    [InlineData("alice@example.com\r\nBcc: bob@example.com")]
    public void Malformed_addresses_are_not(string email) => Assert.False(EmailAddress.IsSupported(email));

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void The_part_before_the_sign_is_bounded(int length, bool supported) =>
        Assert.Equal(supported, EmailAddress.IsSupported(new string('a', length) + "@example.com"));

    [Fact]
    public void The_whole_is_bounded()
    {
        var label = new string('a', 61);

        Assert.True(EmailAddress.IsSupported($"a@{label}.{label}.{label}.{label}.com"));
        Assert.False(EmailAddress.IsSupported($"alice@{label}.{label}.{label}.{label}.com"));
    }

    [Theory]
    [InlineData("alice@mailinator.com")]
    [InlineData("alice@MAILINATOR.com")]
    [InlineData("alice@any.sub.mailinator.com")]
    [InlineData("alice@yopmail.fr")]
    public void Addresses_of_throw_away_providers_are_not_supported(string email) => Assert.False(EmailAddress.IsSupported(email));

    [Theory]
    [InlineData("alice@notmailinator.com")]
    [InlineData("alice@mailinator.com.example.org")]
    public void Similar_domains_are(string email) => Assert.True(EmailAddress.IsSupported(email));
}
