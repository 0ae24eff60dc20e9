using System.Text.Json;
using System.Text.Json.Serialization;
using Pds.Modules.Auth.Endpoints.Admin;
using Pds.Modules.Auth.Endpoints.Server;
using Pds.Modules.Auth.Endpoints.Temp;
using Pds.Modules.Auth.OAuth.Endpoints;

namespace Pds.Modules.Auth;

/// <summary>Reads and writes what the module's methods take and give, without reflection.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(CreateAccount.Input), TypeInfoPropertyName = "CreateAccountInput")]
[JsonSerializable(typeof(CreateAccount.Output), TypeInfoPropertyName = "CreateAccountOutput")]
[JsonSerializable(typeof(CreateAppPassword.Input), TypeInfoPropertyName = "CreateAppPasswordInput")]
[JsonSerializable(typeof(CreateAppPassword.Output), TypeInfoPropertyName = "CreateAppPasswordOutput")]
[JsonSerializable(typeof(CreateInviteCode.Input), TypeInfoPropertyName = "CreateInviteCodeInput")]
[JsonSerializable(typeof(CreateInviteCode.Output), TypeInfoPropertyName = "CreateInviteCodeOutput")]
[JsonSerializable(typeof(CreateInviteCodes.Input), TypeInfoPropertyName = "CreateInviteCodesInput")]
[JsonSerializable(typeof(CreateInviteCodes.Output), TypeInfoPropertyName = "CreateInviteCodesOutput")]
[JsonSerializable(typeof(CreateSession.Input), TypeInfoPropertyName = "CreateSessionInput")]
[JsonSerializable(typeof(CreateSession.Output), TypeInfoPropertyName = "CreateSessionOutput")]
[JsonSerializable(typeof(DescribeServer.Output), TypeInfoPropertyName = "DescribeServerOutput")]
[JsonSerializable(typeof(GetSession.Output), TypeInfoPropertyName = "GetSessionOutput")]
[JsonSerializable(typeof(ListAppPasswords.Output), TypeInfoPropertyName = "ListAppPasswordsOutput")]
[JsonSerializable(typeof(ProtectedResource.Output), TypeInfoPropertyName = "ProtectedResourceOutput")]
[JsonSerializable(typeof(RevokeAppPassword.Input), TypeInfoPropertyName = "RevokeAppPasswordInput")]
[JsonSerializable(typeof(CheckAccountStatus.Output), TypeInfoPropertyName = "CheckAccountStatusOutput")]
[JsonSerializable(typeof(GetServiceAuth.Output), TypeInfoPropertyName = "GetServiceAuthOutput")]
[JsonSerializable(typeof(ReserveSigningKey.Input), TypeInfoPropertyName = "ReserveSigningKeyInput")]
[JsonSerializable(typeof(ReserveSigningKey.Output), TypeInfoPropertyName = "ReserveSigningKeyOutput")]
[JsonSerializable(typeof(GetAccountInviteCodes.Output), TypeInfoPropertyName = "GetAccountInviteCodesOutput")]
[JsonSerializable(typeof(GetInviteCodes.Output), TypeInfoPropertyName = "GetInviteCodesOutput")]
[JsonSerializable(typeof(DisableInviteCodes.Input), TypeInfoPropertyName = "DisableInviteCodesInput")]
[JsonSerializable(typeof(DisableAccountInvites.Input), TypeInfoPropertyName = "DisableAccountInvitesInput")]
[JsonSerializable(typeof(EnableAccountInvites.Input), TypeInfoPropertyName = "EnableAccountInvitesInput")]
[JsonSerializable(typeof(ConfirmEmail.Input), TypeInfoPropertyName = "ConfirmEmailInput")]
[JsonSerializable(typeof(DeactivateAccount.Input), TypeInfoPropertyName = "DeactivateAccountInput")]
[JsonSerializable(typeof(Endpoints.Server.DeleteAccount.Input), TypeInfoPropertyName = "DeleteAccountInput")]
[JsonSerializable(typeof(RequestEmailUpdate.Output), TypeInfoPropertyName = "RequestEmailUpdateOutput")]
[JsonSerializable(typeof(RequestPasswordReset.Input), TypeInfoPropertyName = "RequestPasswordResetInput")]
[JsonSerializable(typeof(ResetPassword.Input), TypeInfoPropertyName = "ResetPasswordInput")]
[JsonSerializable(typeof(UpdateEmail.Input), TypeInfoPropertyName = "UpdateEmailInput")]
[JsonSerializable(typeof(AccountView), TypeInfoPropertyName = "AccountView")]
[JsonSerializable(typeof(GetAccountInfos.Output), TypeInfoPropertyName = "GetAccountInfosOutput")]
[JsonSerializable(typeof(SearchAccounts.Output), TypeInfoPropertyName = "SearchAccountsOutput")]
[JsonSerializable(typeof(GetSubjectStatus.Output), TypeInfoPropertyName = "GetSubjectStatusOutput")]
[JsonSerializable(typeof(UpdateSubjectStatus.Input), TypeInfoPropertyName = "UpdateSubjectStatusInput")]
[JsonSerializable(typeof(UpdateSubjectStatus.Output), TypeInfoPropertyName = "UpdateSubjectStatusOutput")]
[JsonSerializable(typeof(Endpoints.Admin.DeleteAccount.Input), TypeInfoPropertyName = "AdminDeleteAccountInput")]
[JsonSerializable(typeof(UpdateAccountEmail.Input), TypeInfoPropertyName = "UpdateAccountEmailInput")]
[JsonSerializable(typeof(UpdateAccountPassword.Input), TypeInfoPropertyName = "UpdateAccountPasswordInput")]
[JsonSerializable(typeof(SendEmail.Input), TypeInfoPropertyName = "SendEmailInput")]
[JsonSerializable(typeof(SendEmail.Output), TypeInfoPropertyName = "SendEmailOutput")]
[JsonSerializable(typeof(CheckSignupQueue.Output), TypeInfoPropertyName = "CheckSignupQueueOutput")]
internal sealed partial class AuthJson : JsonSerializerContext
{
    /// <summary>For OAuth, whose members are spelled in its own way.</summary>
    public static AuthJson SnakeCase { get; } =
        new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower });
}
