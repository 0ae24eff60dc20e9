using AtProto;
using Pds.Modules.Auth.Accounts;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Auth;

public sealed class SignUpStoreTests(TestServices services) : IAsyncLifetime
{
    private readonly AuthDatabase _auth = new(services);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _auth.InitializeAsync();

    public ValueTask DisposeAsync() => _auth.DisposeAsync();

    [Fact]
    public async Task A_sign_up_becomes_an_account_with_a_session()
    {
        var (did, session, signUp) = await _auth.CreateAccountAsync();

        var account = await _auth.Accounts.FindAsync(did, Cancel);
        var rotation = await _auth.RefreshTokens.RotateAsync(did, session.RefreshId, Cancel);

        Assert.Equal((signUp.Email, AccountStatus.Active, false), (account!.Email, account.Status, account.EmailConfirmed));
        Assert.NotNull(rotation!.NextId);
    }

    [Fact]
    public async Task The_names_of_an_account_and_of_a_sign_up_under_way_are_taken()
    {
        var (did, _, account) = await _auth.CreateAccountAsync();
        var brought = Did.Parse("did:web:brought.example.com");
        var underWay = _auth.NewSignUp(did: brought);
        await _auth.SignUps.BeginAsync(underWay, Cancel);

        Assert.Equal(SignUpStart.EmailTaken, await BeginAsync(_auth.NewSignUp() with { Email = account.Email }));
        Assert.Equal(SignUpStart.EmailTaken, await BeginAsync(_auth.NewSignUp() with { Email = underWay.Email }));
        Assert.Equal(SignUpStart.HandleTaken, await BeginAsync(_auth.NewSignUp() with { Handle = underWay.Handle }));
        Assert.Equal(SignUpStart.DidTaken, await BeginAsync(_auth.NewSignUp(did: did)));
        Assert.Equal(SignUpStart.DidTaken, await BeginAsync(_auth.NewSignUp(did: brought)));
    }

    [Fact]
    public async Task Of_many_sign_ups_at_once_one_gets_the_last_use_of_a_code()
    {
        await _auth.Invites.AddAsync(["last"], ["admin"], 1, Cancel);

        var starts = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => BeginAsync(_auth.NewSignUp("last"))));

        Assert.Equal(1, starts.Count(start => start == SignUpStart.Begun));
        Assert.Equal(15, starts.Count(start => start == SignUpStart.InviteUnavailable));
    }

    [Fact]
    public async Task A_refused_sign_up_uses_no_code()
    {
        await _auth.Invites.AddAsync(["kept"], ["admin"], 1, Cancel);
        var (_, _, account) = await _auth.CreateAccountAsync();
        var underWay = _auth.NewSignUp();
        await BeginAsync(underWay);

        Assert.Equal(SignUpStart.EmailTaken, await BeginAsync(_auth.NewSignUp("kept") with { Email = account.Email }));
        Assert.Equal(SignUpStart.EmailTaken, await BeginAsync(_auth.NewSignUp("kept") with { Email = underWay.Email }));
        Assert.Equal(SignUpStart.Begun, await BeginAsync(_auth.NewSignUp("kept")));
    }

    [Theory]
    [InlineData("UPDATE auth.invite_code SET disabled = true WHERE code = 'code'")]
    [InlineData("UPDATE auth.account SET takedown_ref = 'x'")]
    [InlineData("DELETE FROM auth.invite_code WHERE code = 'code'")]
    public async Task A_code_that_is_disabled_unknown_or_of_a_taken_down_account_is_unavailable(string change)
    {
        var (owner, _, _) = await _auth.CreateAccountAsync();
        await _auth.Invites.AddAsync(["code"], [owner.Value], 5, Cancel);
        await _auth.ExecuteAsync(change);

        Assert.Equal(SignUpStart.InviteUnavailable, await BeginAsync(_auth.NewSignUp("code")));
    }

    [Fact]
    public async Task A_forgotten_sign_up_gives_everything_back()
    {
        await _auth.Invites.AddAsync(["returned"], ["admin"], 1, Cancel);
        var signUp = _auth.NewSignUp("returned");
        await BeginAsync(signUp);

        await _auth.SignUps.ForgetAsync(signUp, Cancel);
        await _auth.SignUps.ForgetAsync(signUp, Cancel);

        Assert.Equal(SignUpStart.Begun, await BeginAsync(signUp));
        Assert.Equal(SignUpStart.InviteUnavailable, await BeginAsync(_auth.NewSignUp("returned")));
    }

    [Fact]
    public async Task The_use_of_a_code_is_recorded_with_the_account()
    {
        await _auth.Invites.AddAsync(["recorded"], ["admin"], 1, Cancel);
        var signUp = _auth.NewSignUp("recorded");
        var did = Did.Parse("did:web:recorded.example.com");
        await BeginAsync(signUp);
        await _auth.SignUps.CompleteAsync(signUp, new NewAccount(did, null), _auth.Tokens.Issue(did, AccessKind.Full), Cancel);

        await using var use = _auth.Source.CreateCommand("SELECT used_by FROM auth.invite_code_use WHERE code = 'recorded'");
        Assert.Equal(did.Value, await use.ExecuteScalarAsync(Cancel));
    }

    [Fact]
    public async Task An_account_that_was_brought_along_is_deactivated_until_it_goes()
    {
        var did = Did.Parse("did:web:moved.example.com");
        var signUp = _auth.NewSignUp(did: did);
        var now = _auth.Time.GetUtcNow();
        await BeginAsync(signUp);
        await _auth.SignUps.CompleteAsync(
            signUp, new NewAccount(did, null, now, now.AddDays(3)), _auth.Tokens.Issue(did, AccessKind.Full), Cancel);

        Assert.Equal(AccountStatus.Deactivated, (await _auth.Accounts.FindAsync(did, Cancel))!.Status);
    }

    [Fact]
    public async Task A_sign_up_is_taken_over_once_after_two_minutes_and_cannot_be_completed_by_the_first_any_more()
    {
        var signUp = _auth.NewSignUp(did: Did.Parse("did:web:slow.example.com"));
        await BeginAsync(signUp);

        _auth.Time.Advance(SignUp.AbandonedAfter);
        var early = await _auth.SignUps.TakeAbandonedAsync(Cancel);
        _auth.Time.Advance(TimeSpan.FromMilliseconds(1));
        var taken = await _auth.SignUps.TakeAbandonedAsync(Cancel);
        var again = await _auth.SignUps.TakeAbandonedAsync(Cancel);
        var did = signUp.Did!.Value;
        var completed = await _auth.SignUps.CompleteAsync(
            signUp, new NewAccount(did, null), _auth.Tokens.Issue(did, AccessKind.Full), Cancel);

        Assert.Null(early);
        Assert.Equal(signUp with { StartedAt = taken!.StartedAt }, taken);
        Assert.Null(again);
        Assert.False(completed);
        Assert.Null(await _auth.Accounts.FindAsync(did, Cancel));
        await _auth.SignUps.ForgetAsync(taken, Cancel);
        Assert.Equal(SignUpStart.Begun, await BeginAsync(signUp));
    }

    private Task<SignUpStart> BeginAsync(SignUp signUp) => _auth.SignUps.BeginAsync(signUp, Cancel);
}
