using AtProto;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Storage;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Auth;

public sealed class RefreshTokenStoreTests(TestServices services) : IAsyncLifetime
{
    private readonly AuthDatabase _auth = new(services);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _auth.InitializeAsync();

    public ValueTask DisposeAsync() => _auth.DisposeAsync();

    [Fact]
    public async Task A_used_token_gives_the_same_successor_for_two_hours_and_then_none()
    {
        var (did, session, _) = await _auth.CreateAccountAsync();

        var first = await RotateAsync(did, session.RefreshId);
        _auth.Time.Advance(TimeSpan.FromHours(2) - TimeSpan.FromSeconds(1));
        var again = await RotateAsync(did, session.RefreshId);
        _auth.Time.Advance(TimeSpan.FromSeconds(1));
        var late = await RotateAsync(did, session.RefreshId);

        Assert.NotNull(first.NextId);
        Assert.NotEqual(session.RefreshId, first.NextId);
        Assert.Equal(first.NextId, again.NextId);
        Assert.Null(late.NextId);
        Assert.NotNull((await RotateAsync(did, first.NextId)).NextId);
    }

    [Fact]
    public async Task Using_a_token_again_does_not_lengthen_its_life()
    {
        var (did, session, _) = await _auth.CreateAccountAsync();

        await RotateAsync(did, session.RefreshId);
        _auth.Time.Advance(TimeSpan.FromHours(1));
        await RotateAsync(did, session.RefreshId);
        _auth.Time.Advance(TimeSpan.FromHours(1));

        Assert.Null((await RotateAsync(did, session.RefreshId)).NextId);
    }

    [Fact]
    public async Task A_token_near_its_end_does_not_live_longer_for_having_been_used()
    {
        var (did, session, _) = await _auth.CreateAccountAsync();
        _auth.Time.Advance(TimeSpan.FromDays(90) - TimeSpan.FromMinutes(1));

        await RotateAsync(did, session.RefreshId);
        _auth.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null((await RotateAsync(did, session.RefreshId)).NextId);
    }

    [Fact]
    public async Task Many_uses_at_once_find_one_successor()
    {
        var (did, session, _) = await _auth.CreateAccountAsync();

        var rotations = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => RotateAsync(did, session.RefreshId)));

        Assert.NotNull(Assert.Single(rotations.Select(rotation => rotation.NextId).Distinct()));
    }

    [Fact]
    public async Task A_revoked_token_gives_none_and_another_session_lives_on()
    {
        var (did, session, _) = await _auth.CreateAccountAsync();
        var other = _auth.Tokens.Issue(did, AccessKind.Full);
        await _auth.RefreshTokens.AddAsync(did, null, other, Cancel);

        await _auth.RefreshTokens.RevokeAsync(session.RefreshId, Cancel);

        Assert.Null((await RotateAsync(did, session.RefreshId)).NextId);
        Assert.NotNull((await RotateAsync(did, other.RefreshId)).NextId);
    }

    [Fact]
    public async Task A_token_of_another_account_gives_none()
    {
        var (did, _, _) = await _auth.CreateAccountAsync();
        var (_, stranger, _) = await _auth.CreateAccountAsync();

        Assert.Null((await RotateAsync(did, stranger.RefreshId)).NextId);
    }

    [Fact]
    public async Task An_unknown_account_has_no_rotation() =>
        Assert.Null(await _auth.RefreshTokens.RotateAsync(Did.Parse("did:web:nobody.example.com"), "x", Cancel));

    [Fact]
    public async Task A_token_of_a_taken_down_account_gives_none_and_is_not_used_up()
    {
        var (did, session, _) = await _auth.CreateAccountAsync();
        await _auth.ExecuteAsync($"UPDATE auth.account SET takedown_ref = 'x' WHERE did = '{did}'");
        var during = await RotateAsync(did, session.RefreshId);
        await _auth.ExecuteAsync($"UPDATE auth.account SET takedown_ref = NULL WHERE did = '{did}'");
        _auth.Time.Advance(TimeSpan.FromHours(3));
        var after = await RotateAsync(did, session.RefreshId);

        Assert.Equal((AccountStatus.Takendown, null), (during.Account.Status, during.NextId));
        Assert.NotNull(after.NextId);
    }

    [Fact]
    public async Task A_session_stays_what_its_app_password_made_it_and_ends_with_it()
    {
        var (did, _, _) = await _auth.CreateAccountAsync();
        var session = _auth.Tokens.Issue(did, AccessKind.AppPasswordPrivileged);
        await _auth.AppPasswords.TryAddAsync(did, new StoredAppPassword("app", _auth.Time.GetUtcNow(), true), [1], Cancel);
        await _auth.RefreshTokens.AddAsync(did, "app", session, Cancel);

        var first = await RotateAsync(did, session.RefreshId);
        var second = await RotateAsync(did, first.NextId!);
        await _auth.AppPasswords.RemoveAsync(did, "app", Cancel);
        var removed = await RotateAsync(did, second.NextId!);

        Assert.Equal(new AppPassword("app", true), first.AppPassword);
        Assert.Equal(new AppPassword("app", true), second.AppPassword);
        Assert.Null(removed.NextId);
    }

    [Fact]
    public async Task Expired_tokens_are_cleared_away_on_the_way()
    {
        var (did, session, _) = await _auth.CreateAccountAsync();
        await RotateAsync(did, session.RefreshId);
        _auth.Time.Advance(TimeSpan.FromHours(3));
        await RotateAsync(did, session.RefreshId);

        await using var count = _auth.Source.CreateCommand($"SELECT count(*) FROM auth.refresh_token WHERE did = '{did}'");
        Assert.Equal(1L, await count.ExecuteScalarAsync(Cancel));
    }

    private async Task<Rotation> RotateAsync(Did did, string id) => (await _auth.RefreshTokens.RotateAsync(did, id, Cancel))!;
}
