using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Administrators;
using Pds.Modules.Auth.Devices;
using Pds.Modules.Auth.Endpoints.Admin;
using Pds.Modules.Auth.Endpoints.Server;
using Pds.Modules.Auth.Endpoints.Temp;
using Pds.Modules.Auth.Invites;
using Pds.Modules.Auth.Mail;
using Pds.Modules.Auth.OAuth.Endpoints;
using Pds.Modules.Auth.OAuth.Keys;
using Pds.Modules.Auth.OAuth.Proofs;
using Pds.Modules.Auth.OAuth.Server;
using Pds.Modules.Auth.OAuth.Tokens;
using Pds.Modules.Auth.Passkeys;
using Pds.Modules.Auth.RateLimits;
using Pds.Modules.Auth.RobotChecks;
using Pds.Modules.Auth.SecondFactor;
using Pds.Modules.Auth.Sessions;
using Pds.Modules.Auth.SignIn;
using Pds.Modules.Auth.Storage;
using Pds.Modules.Auth.Takeover;
using Pds.Xrpc;

namespace Pds.Modules.Auth;

/// <summary>Who may act: accounts, sessions, app passwords, invites.</summary>
public static class AuthModule
{
    public static IHostApplicationBuilder AddAuth(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddPdsOptions<AuthOptions>(builder.Configuration);
        services.AddXrpcJson(AuthJson.Default);

        services.AddSingleton<AccountStore>();
        services.AddSingleton<AppPasswordStore>();
        services.AddSingleton<InviteStore>();
        services.AddSingleton<RefreshTokenStore>();
        services.AddSingleton<SignUpStore>();

        services.AddSingleton<PasswordHasher>().AddSingleton<TakenOverAppPasswords>();
        services.AddSingleton<AdminPassword>();
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<TokenVerifier>();
        services.AddSingleton<ServiceTokenVerifier>().AddSingleton<ServiceTokenReplays>();
        services.AddSingleton<SessionDetails>();
        services.AddSingleton<AccountDeletionStore>().AddSingleton<AccountDeletion>().AddSingleton<AccountExpiry>();
        services.AddHostedService(provider => provider.GetRequiredService<AccountExpiry>());
        services.AddSingleton<RateLimitExchange>();
        services.AddHostedService(provider => provider.GetRequiredService<RateLimitExchange>());
        services.AddSingleton<AbandonedSignUps>();
        services.AddHostedService(provider => provider.GetRequiredService<AbandonedSignUps>());

        services.AddSingleton<RingSecret>();
        services.AddSingleton<DataProtectionKeyStore>();
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>, ConfigureDataProtection>();
        services.AddDataProtection().SetApplicationName("pds");
        services.AddSingleton<SigningKeyStore>();
        services.AddSingleton<KeyRing>();
        services.AddHostedService(provider => provider.GetRequiredService<KeyRing>());
        services.AddSingleton(provider => new SigningRing(provider.GetRequiredService<KeyRing>()));

        services.AddSingleton<DpopNonces>().AddSingleton<ReplayMemory>();
        services.AddSingleton<ProofKeys>().AddSingleton<ProofTarget>().AddSingleton<ProofVerifier>();
        services.AddSingleton<RevokedSessionStore>().AddSingleton<SessionRevocations>();
        services.AddSingleton<AccessTokenClaims>().AddSingleton<AccessTokenVerifier>().AddSingleton<ResourceAccess>();
        services.AddHostedService(provider => provider.GetRequiredService<SessionRevocations>());

        services.AddSingleton<DeviceCookie>().AddSingleton<DeviceStore>().AddHandled<BrowserDevices>();
        services.AddHostedService<DeviceSweep>();
        services.AddPdsOptions<RobotCheckOptions>(builder.Configuration);
        services.AddSingleton<RobotCheck>().AddSingleton<SignUpHook>();
        services.AddSingleton<AccountCreation>().AddSingleton<LoginFinder>().AddSingleton<AttemptLimits>().AddSingleton<SignInGuard>();
        services.AddSingleton<SignInLog>();
        services.AddHandled<PersonSignUp>().AddHandled<PersonSignIn>();
        AddCredentials(services, builder.Configuration);
        AddAdministration(services);
        AddPasskeys(services);
        services.AddOAuthServer();

        services.AddSingleton<TakeoverStore>();
        services.AddHandled<AccountTakeover>();

        services.AddSingleton<ICallerAuthentication, CallerAuthentication>();

        return builder;
    }

    /// <summary>Answers under <c>/oauth</c>; after routing, for some requests are passed on to pages and endpoints.</summary>
    public static IApplicationBuilder UseAuth(this IApplicationBuilder app) => app.UseMiddleware<OAuthMiddleware>();

    private static void AddCredentials(IServiceCollection services, IConfiguration configuration)
    {
        services.AddPdsOptions<MailOptions>(configuration);
        services.AddSingleton<MailStore>().AddSingleton<MailedTokenStore>().AddSingleton<WorkSignal>();
        services.AddSingleton<Mails>().AddSingleton<MailedCodes>().AddSingleton<SecurityNotices>().AddHandled<DevelopmentMails>();
        services.AddHostedService<MailDelivery>();
        services.AddSingleton<ResetRequestStore>().AddSingleton<ResetRequests>();
        services.AddHostedService(provider => provider.GetRequiredService<ResetRequests>());
        services.AddSingleton<SecondFactorStore>().AddSingleton<TicketStore>().AddSingleton<PasswordCheck>().AddSingleton<PasswordReplacement>();
        services.AddHandled<AppPasswords>().AddHandled<Passwords>().AddHandled<EmailAddresses>().AddHandled<PlcTokens>();
        services.AddHandled<AccountLife>().AddHandled<SecondFactors>();
    }

    private static void AddAdministration(IServiceCollection services)
    {
        services.AddSingleton<AdministrationStore>().AddSingleton<AccountDirectoryStore>().AddSingleton<AuditStore>();
        services.AddSingleton<ConsoleSessionStore>();
        services.AddHandled<Administration>().AddHandled<InviteCodes>().AddHandled<MailDesk>().AddHandled<ConsoleSessions>();
    }

    private static void AddPasskeys(IServiceCollection services)
    {
        services.AddSingleton<IConfigureOptions<IdentityPasskeyOptions>, ConfigurePasskeys>();
        services.AddSingleton<PasskeyStore>().AddSingleton<PasskeyState>();
        services.AddSingleton(provider => new UserManager<PasskeyUser>(
            new PasskeyUsers(provider.GetRequiredService<PasskeyStore>()), provider.GetRequiredService<IOptions<IdentityOptions>>(),
            new PasswordHasher<PasskeyUser>(), [], [], new UpperInvariantLookupNormalizer(), new IdentityErrorDescriber(), provider,
            provider.GetRequiredService<ILogger<UserManager<PasskeyUser>>>()));
        services.AddSingleton<IPasskeyHandler<PasskeyUser>, PasskeyHandler<PasskeyUser>>();
        services.AddHandled<AccountPasskeys>();
    }

    public static IEndpointRouteBuilder MapAuth(this IEndpointRouteBuilder xrpc)
    {
        ProtectedResource.Map(xrpc);
        ServerMetadata.Map(xrpc);
        JsonWebKeys.Map(xrpc);
        Revoke.Map(xrpc);
        GetClientLogo.Map(xrpc);

        DescribeServer.Map(xrpc);

        CreateAccount.Map(xrpc);
        CreateSession.Map(xrpc);
        GetSession.Map(xrpc);
        RefreshSession.Map(xrpc);
        DeleteSession.Map(xrpc);

        CreateAppPassword.Map(xrpc);
        ListAppPasswords.Map(xrpc);
        RevokeAppPassword.Map(xrpc);

        RequestPasswordReset.Map(xrpc);
        ResetPassword.Map(xrpc);
        RequestEmailConfirmation.Map(xrpc);
        ConfirmEmail.Map(xrpc);
        RequestEmailUpdate.Map(xrpc);
        UpdateEmail.Map(xrpc);

        DeactivateAccount.Map(xrpc);
        ActivateAccount.Map(xrpc);
        RequestAccountDelete.Map(xrpc);
        Endpoints.Server.DeleteAccount.Map(xrpc);

        CheckAccountStatus.Map(xrpc);
        GetServiceAuth.Map(xrpc);
        ReserveSigningKey.Map(xrpc);

        CreateInviteCode.Map(xrpc);
        CreateInviteCodes.Map(xrpc);
        GetAccountInviteCodes.Map(xrpc);
        GetAccountInfo.Map(xrpc);
        GetAccountInfos.Map(xrpc);
        SearchAccounts.Map(xrpc);
        GetSubjectStatus.Map(xrpc);
        UpdateSubjectStatus.Map(xrpc);
        Endpoints.Admin.DeleteAccount.Map(xrpc);
        UpdateAccountEmail.Map(xrpc);
        UpdateAccountPassword.Map(xrpc);
        SendEmail.Map(xrpc);
        GetInviteCodes.Map(xrpc);
        DisableInviteCodes.Map(xrpc);
        DisableAccountInvites.Map(xrpc);
        EnableAccountInvites.Map(xrpc);

        CheckSignupQueue.Map(xrpc);

        return xrpc;
    }
}
