using System.Text.Json;
using AtProto.Crypto;
using AtProto.Plc;
using AtProto.Stream;
using Microsoft.Extensions.DependencyInjection;
using Pds.Contracts.Auth;
using Pds.Contracts.Identity;
using Pds.Modules.Identity.Plc;
using Pds.Tests.Support;
using Pds.Tests.Web;

namespace Pds.Tests.Identity;

/// <summary>Keys by which owners keep the last word on their DIDs, and what they see of them.</summary>
public sealed class RotationKeyTests(PdsFixture pds) : MailedServerTests(pds)
{
    private static readonly string Ours = KeyOf(PdsServer.RotationKey);

    [Fact]
    public async Task A_key_that_was_brought_to_the_sign_up_is_known_as_the_owners()
    {
        using var key = PrivateKey.Generate(KeyCurve.P256);
        using var visitor = new PageVisitor(Server);
        var name = TestAccount.NewHandle().Split('.')[0];
        await visitor.GoAsync("/account/sign-up");

        await visitor.PressAsync(
            "Create account", ("handle", name), ("email", $"{name}@mail.test"), ("password", "correct horse battery"),
            ("recovery", "did:key:nonsense"));
        var refused = (visitor.Status, visitor.Html);
        await visitor.PressAsync(
            "Create account", ("handle", name), ("email", $"{name}@mail.test"), ("password", "correct horse battery"),
            ("recovery", $" {key.PublicKey.ToDidKey()} "));
        await visitor.GoAsync("/account/identity");

        Assert.Equal(400, refused.Status);
        Assert.Contains("<a href=\"#f-recovery\">This is no did:key of P-256 or secp256k1.</a>", refused.Html, StringComparison.Ordinal);
        Assert.Contains(key.PublicKey.ToDidKey(), visitor.Html, StringComparison.Ordinal);
        Assert.Contains("Your own key", visitor.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("Unknown key", visitor.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_added_above_the_servers_and_removed_by_mailed_codes_on_the_page()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        using var first = PrivateKey.Generate(KeyCurve.P256);
        using var second = PrivateKey.Generate(KeyCurve.K256);
        using var stream = await StreamClient.ConnectAsync(Server.Url);
        using var visitor = await SignInAsync(alice);

        await AddAsync(visitor, alice, first);
        await AddAsync(visitor, alice, second);
        var both = (await LastAsync(alice)).RotationKeys;
        await visitor.PressAsync(first.PublicKey.ToDidKey(), [], []);
        await visitor.PressAsync("Remove a key", ("code", await Mail.NextCodeAsync(alice.Email)));

        Assert.Contains("The key is removed.", visitor.Html, StringComparison.Ordinal);
        Assert.Equal([first.PublicKey.ToDidKey(), second.PublicKey.ToDidKey(), Ours], both);
        Assert.Equal([second.PublicKey.ToDidKey(), Ours], (await LastAsync(alice)).RotationKeys);
        Assert.All(await stream.ReadAsync(alice.Did, 3), message => Assert.IsType<IdentityMessage>(message));
    }

    [Fact]
    public async Task What_is_no_key_or_there_already_or_the_servers_is_refused_before_the_code_is_used()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        using var key = PrivateKey.Generate(KeyCurve.P256);
        await Server.InvokeAsync(new MailPlcToken(alice.Did));
        var code = await Mail.NextCodeAsync(alice.Email);

        var refused = new[]
        {
            await Refused(() => Server.InvokeAsync(new AddRotationKey(alice.Did, "did:key:z", code))),
            await Refused(() => Server.InvokeAsync(new AddRotationKey(alice.Did, Ours, code))),
            await Refused(() => Server.InvokeAsync(new RemoveRotationKey(alice.Did, Ours, code))),
            await Refused(() => Server.InvokeAsync(new RemoveRotationKey(alice.Did, key.PublicKey.ToDidKey(), code))),
            await Refused(() => Server.InvokeAsync(new AddRotationKey(alice.Did, key.PublicKey.ToDidKey(), "AAAAA-AAAAA"))),
        };
        await Server.InvokeAsync(new AddRotationKey(alice.Did, key.PublicKey.ToDidKey(), code));

        Assert.Equal(["InvalidRequest", "InvalidRequest", "InvalidRequest", "InvalidRequest", "InvalidToken"], refused);
    }

    [Fact]
    public async Task No_did_gets_more_than_five_keys()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        for (var i = 0; i < 4; i++)
        {
            await AddAsync(alice);
        }

        var refusal = await Refused(() => AddAsync(alice));

        Assert.Equal("InvalidRequest", refusal);
        Assert.Equal(5, (await LastAsync(alice)).RotationKeys.Length);
    }

    [Fact]
    public async Task The_history_tells_every_change_those_undone_too_and_warns_of_a_key_that_nobody_knows()
    {
        using var owner = PrivateKey.Generate(KeyCurve.K256);
        using var thief = PrivateKey.Generate(KeyCurve.K256);
        using var alice = await TestAccount.CreateAsync(Server);
        await AddAsync(alice, owner);
        var directory = Server.Services.GetRequiredService<PlcClient>();
        var last = (await directory.GetLastAsync(alice.Did, TestContext.Current.CancellationToken))!;

        // Somebody with the server's key takes the owner's out; the owner undoes it and changes the order.
        using var ours = PrivateKey.FromBytes(KeyCurve.K256, Convert.FromHexString(PdsServer.RotationKey));
        var theft = last.Data! with { RotationKeys = [thief.PublicKey.ToDidKey(), Ours] };
        await SubmitAsync(alice, PlcOperation.Update(theft, last.Cid).Sign(ours));
        using var visitor = await SignInAsync(alice);
        await visitor.GoAsync("/account/identity");
        var warned = visitor.Html;
        await SubmitAsync(alice, PlcOperation.Update(last.Data! with { RotationKeys = [Ours, owner.PublicKey.ToDidKey()] }, last.Cid).Sign(owner));
        var history = await Server.InvokeAsync<IdentityHistory>(new GetIdentityHistory(alice.Did));

        Assert.Contains("Whoever holds it can take your identity.", warned, StringComparison.Ordinal);
        Assert.True(history.IsProven);
        Assert.Equal([RotationKeyHolder.Server, RotationKeyHolder.Owner], history.Keys.Select(key => key.Holder));
        Assert.Equal(4, history.Changes.Count);
        var (recovery, stolen, added, created) = (history.Changes[0], history.Changes[1], history.Changes[2], history.Changes[3]);
        Assert.Equal((true, alice.Handle.Value, RotationKeyHolder.Server), (created.IsFirst, created.Handle, created.SignedBy!.Holder));
        Assert.Equal((RotationKeyHolder.Owner, null), (Assert.Single(added.AddedKeys).Holder, added.Handle));
        Assert.True(stolen.IsNullified);
        Assert.Equal((RotationKeyHolder.Unknown, RotationKeyHolder.Owner), (Assert.Single(stolen.AddedKeys).Holder, Assert.Single(stolen.RemovedKeys).Holder));
        Assert.Equal((true, RotationKeyHolder.Owner), (recovery.AreKeysReordered, recovery.SignedBy!.Holder));
    }

    [Fact]
    public async Task A_key_of_the_owner_that_came_with_the_account_is_theirs_once_they_say_so()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        using var key = PrivateKey.Generate(KeyCurve.K256);
        using var ours = PrivateKey.FromBytes(KeyCurve.K256, Convert.FromHexString(PdsServer.RotationKey));
        var last = (await Server.Services.GetRequiredService<PlcClient>().GetLastAsync(alice.Did, TestContext.Current.CancellationToken))!;
        await SubmitAsync(alice, PlcOperation.Update(last.Data! with { RotationKeys = [key.PublicKey.ToDidKey(), Ours] }, last.Cid).Sign(ours));
        using var visitor = await SignInAsync(alice);
        await visitor.GoAsync("/account/identity");
        Assert.Contains("Unknown key", visitor.Html, StringComparison.Ordinal);

        await visitor.PressAsync("It is mine");

        Assert.Contains("The key is noted as yours.", visitor.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("Unknown key", visitor.Html, StringComparison.Ordinal);
    }

    private async Task<PageVisitor> SignInAsync(TestAccount account)
    {
        var visitor = new PageVisitor(Server);
        await visitor.GoAsync("/account/sign-in");
        await visitor.PressAsync("Sign in", ("identifier", account.Handle.Value), ("password", account.Password), ("remember", "true"));
        return visitor;
    }

    private async Task AddAsync(PageVisitor visitor, TestAccount account, PrivateKey key)
    {
        await visitor.GoAsync("/account/identity");
        await visitor.PressAsync("Send code", ("recovery", key.PublicKey.ToDidKey()));
        await visitor.PressAsync("Add the key", ("code", await Mail.NextCodeAsync(account.Email)));
        Assert.Contains("The key is added.", visitor.Html, StringComparison.Ordinal);
    }

    private async Task AddAsync(TestAccount account, PrivateKey? key = null)
    {
        using var made = PrivateKey.Generate(KeyCurve.P256);
        await Server.InvokeAsync(new MailPlcToken(account.Did));
        await Server.InvokeAsync(new AddRotationKey(
            account.Did, (key ?? made).PublicKey.ToDidKey(), await Mail.NextCodeAsync(account.Email)));
    }

    private Task SubmitAsync(TestAccount account, PlcOperation operation) =>
        Server.Services.GetRequiredService<PlcClient>().SubmitAsync(account.Did, operation, TestContext.Current.CancellationToken);

    private async Task<PlcData> LastAsync(TestAccount account)
    {
        using var directory = TestHttp.Create(Server.PlcUrl);
        using var json = JsonDocument.Parse(
            await directory.GetStringAsync($"/{account.Did}/data", TestContext.Current.CancellationToken));
        return PlcData.TryParse(json.RootElement, out var data) ? data : throw new InvalidOperationException("No data");
    }

    private static string KeyOf(string hex)
    {
        using var key = PrivateKey.FromBytes(KeyCurve.K256, Convert.FromHexString(hex));
        return key.PublicKey.ToDidKey();
    }
}
