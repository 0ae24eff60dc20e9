using System.Text.Json;
using AtProto;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Devices;
using Pds.Modules.Auth.OAuth.Authorization;
using Pds.Modules.Auth.OAuth.Clients;
using Pds.Modules.Auth.OAuth.Sessions;

namespace Pds.Tests.Auth.OAuth;

public sealed class NextStepTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1795436321);
    private static readonly Did Alice = Did.Parse("did:plc:aliceaaaaaaaaaaaaaaaaaaa");
    private static readonly Did Bob = Did.Parse("did:plc:bobbbbbbbbbbbbbbbbbbbbbb");

    private string _prompt = "";
    private string[] _agreed = ["atproto", "transition:generic"];
    private bool _isConfidential = true;
    private bool _isLoopback;
    private Did? _expected = Alice;
    private Did? _chosen;
    private string? _granted;
    private DeviceAccount[] _accounts = [Account(Alice)];

    [Fact]
    public async Task Without_a_prompt_the_account_that_the_app_names_goes_on_without_a_page() =>
        Assert.Equal((AuthorizationStepKind.Complete, Alice), await DecideAsync());

    [Fact]
    public async Task Without_a_hint_the_person_chooses()
    {
        _expected = null;

        Assert.Equal((AuthorizationStepKind.ChooseAccount, null), await DecideAsync());
        _accounts = [];
        Assert.Equal((AuthorizationStepKind.SignIn, null), await DecideAsync());
    }

    [Theory]
    [InlineData("consent", AuthorizationStepKind.Consent)]
    [InlineData("login", AuthorizationStepKind.SignIn)]
    [InlineData("login consent", AuthorizationStepKind.SignIn)]
    [InlineData("select_account", AuthorizationStepKind.ChooseAccount)]
    [InlineData("create", AuthorizationStepKind.SignUp)]
    public async Task A_prompt_asks_for_its_page(string prompt, AuthorizationStepKind step)
    {
        _prompt = prompt;

        Assert.Equal(step, (await DecideAsync()).Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("login")]
    [InlineData("select_account")]
    [InlineData("create")]
    public async Task Who_was_chosen_is_asked_for_consent_to_what_is_new(string prompt)
    {
        (_prompt, _chosen) = (prompt, Alice);

        Assert.Equal((AuthorizationStepKind.Complete, Alice), await DecideAsync());
        _agreed = ["atproto"];
        Assert.Equal((AuthorizationStepKind.Consent, Alice), await DecideAsync());
        _granted = "atproto";
        Assert.Equal((AuthorizationStepKind.Complete, Alice), await DecideAsync());
    }

    [Fact]
    public async Task What_was_granted_to_an_app_that_does_not_authenticate_is_not_remembered()
    {
        _isConfidential = false;
        Assert.Equal(AuthorizationStepKind.Consent, (await DecideAsync()).Kind);

        (_isConfidential, _isLoopback) = (true, true);
        Assert.Equal(AuthorizationStepKind.Consent, (await DecideAsync()).Kind);
    }

    [Fact]
    public async Task An_old_sign_in_is_asked_for_again()
    {
        _accounts = [Account(Alice, isFresh: false)];

        Assert.Equal(AuthorizationStepKind.SignIn, (await DecideAsync()).Kind);
        _chosen = Alice;
        Assert.Equal(AuthorizationStepKind.SignIn, (await DecideAsync()).Kind);
    }

    [Fact]
    public async Task A_deactivated_account_is_brought_back_first_even_if_it_has_granted()
    {
        _accounts = [Account(Alice, AccountStatus.Deactivated)];
        (_chosen, _granted) = (Alice, "atproto");

        Assert.Equal((AuthorizationStepKind.Reactivate, Alice), await DecideAsync());
    }

    [Fact]
    public async Task An_account_that_was_taken_down_gets_nothing()
    {
        _accounts = [Account(Alice, AccountStatus.Takendown)];
        _chosen = Alice;

        Assert.Equal("access_denied", (await DecideStepAsync()).Error);
    }

    [Fact]
    public async Task Prompt_none_completes_for_the_one_account_that_is_fresh_and_has_agreed()
    {
        _prompt = "none";
        _accounts = [Account(Bob), Account(Alice)];

        Assert.Equal((AuthorizationStepKind.Complete, Alice), await DecideAsync());
    }

    [Fact]
    public async Task Prompt_none_requires_a_login_where_nobody_the_app_names_is_signed_in()
    {
        _prompt = "none";
        await AssertRefusedAsync("login_required", () => _expected = null);
        await AssertRefusedAsync("login_required", () => _expected = Bob);
        await AssertRefusedAsync("login_required", () => (_expected, _accounts) = (Alice, []));
        await AssertRefusedAsync("login_required", () => _accounts = [Account(Alice, isFresh: false)]);
        await AssertRefusedAsync("login_required", () => _accounts = [Account(Alice, AccountStatus.Deactivated)]);
    }

    [Fact]
    public async Task Prompt_none_requires_consent_to_what_is_new()
    {
        _prompt = "none";
        await AssertRefusedAsync("consent_required", () => _agreed = ["atproto"]);
    }

    [Fact]
    public async Task To_select_an_account_there_has_to_be_one()
    {
        _prompt = "select_account";
        await AssertRefusedAsync("account_selection_required", () => _accounts = []);
    }

    private static DeviceAccount Account(Did did, AccountStatus status = AccountStatus.Active, bool isFresh = true) =>
        new(new Account(did, "someone@mail.test", true, status), Now.AddHours(-1), isFresh, true);

    private async Task AssertRefusedAsync(string error, Action arrange)
    {
        arrange();
        var step = await DecideStepAsync();
        Assert.Equal((AuthorizationStepKind.Refuse, error), (step.Kind, step.Error));
    }

    private async Task<(AuthorizationStepKind Kind, Did? Account)> DecideAsync()
    {
        var (step, account) = await NextStep.DecideAsync(Waiting(), _ => Task.FromResult(_agreed));
        return (step.Kind, account);
    }

    private async Task<AuthorizationStep> DecideStepAsync() =>
        (await NextStep.DecideAsync(Waiting(), _ => Task.FromResult(_agreed))).Step;

    private Waiting Waiting()
    {
        const string ClientId = "https://app.example.com/client.json";
        var parameters = JsonSerializer.Serialize(new Dictionary<string, string?>
        {
            ["client_id"] = ClientId,
            ["scope"] = "atproto transition:generic",
            ["prompt"] = _prompt,
            ["redirect_uri"] = "https://app.example.com/callback",
            ["login_hint"] = _expected?.Value,
        });
        var client = new OAuthClient(
            ClientId, "app.example.com", null, null, null, null, null, ["https://app.example.com/callback"], "web",
            new HashSet<string> { "atproto", "transition:generic" }, ["authorization_code"], _isConfidential, null, null, _isLoopback, false);
        var request = new StoredRequest([], ClientId, parameters, null, null, Now, Now.AddMinutes(5), "device", _chosen, _granted);
        return new Waiting(request, client, _accounts, _expected);
    }
}
