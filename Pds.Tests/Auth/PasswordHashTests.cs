using Pds.Modules.Auth.Accounts;

namespace Pds.Tests.Auth;

public sealed class PasswordHashTests
{
    [Fact]
    public void A_password_matches_its_hash_and_no_other_does()
    {
        var hash = PasswordHash.Create("correct horse ü 🐎");

        Assert.True(PasswordHash.Verify("correct horse ü 🐎", hash));
        Assert.False(PasswordHash.Verify("correct horse u 🐎", hash));
        Assert.False(PasswordHash.Verify("", hash));
    }

    [Fact]
    public void Two_hashes_of_one_password_differ() =>
        Assert.NotEqual(PasswordHash.Create("again"), PasswordHash.Create("again"));

    [Fact]
    public void A_hash_names_its_cost() =>
        Assert.Matches(@"^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$", PasswordHash.Create("x"));

    [Fact]
    public void A_hash_of_another_implementation_and_cost_is_verified_and_outdated()
    {
        // Made by OpenSSL: 4 MiB, three passes, one lane.
        const string hash = "$argon2id$v=19$m=4096,t=3,p=1$c2l4dGVlbiBzYWx0IDEyMw$KdYrSvABwAY7scfDoipYfxEetxKD/zW9Wt/GUuZAvts";

        Assert.True(PasswordHash.Verify("password ü", hash));
        Assert.False(PasswordHash.Verify("password u", hash));
        Assert.True(PasswordHash.IsOutdated(hash));
        Assert.False(PasswordHash.IsOutdated(PasswordHash.Create("password ü")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData("$argon2i$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA")]
    [InlineData("$argon2id$v=19$m=2147483647,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA")]
    [InlineData("$argon2id$v=19$m=19456,t=1000,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA")]
    [InlineData("$argon2id$v=19$m=19456,t=2,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAA")]
    public void Text_of_another_form_is_no_hash(string text) =>
        Assert.Throws<FormatException>(() => PasswordHash.Verify("secret", text));

    [Fact]
    public async Task The_hasher_refuses_every_password_where_there_is_no_hash()
    {
        using var hasher = new PasswordHasher();
        var hash = await hasher.HashAsync("secret", TestContext.Current.CancellationToken);

        Assert.True(await hasher.VerifyAsync("secret", hash, TestContext.Current.CancellationToken));
        Assert.False(await hasher.VerifyAsync("public", hash, TestContext.Current.CancellationToken));
        Assert.False(await hasher.VerifyAsync("", null, TestContext.Current.CancellationToken));
    }
}
