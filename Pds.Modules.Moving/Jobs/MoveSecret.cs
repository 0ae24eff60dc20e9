using System.Text.Json.Serialization;
using Pds.Modules.Moving.Engine;

namespace Pds.Modules.Moving.Jobs;

/// <summary>What a move has to know and nobody else may: sealed in its row, and gone when the move is over.</summary>
/// <param name="Server">The old server; null while it is to be found.</param>
internal sealed record MoveSecret(
    string Identifier, Uri? Server, string OldPassword, string NewPassword, string? Handle, string? Email, string? InviteCode,
    string? SignInCode = null, string? PlcToken = null, bool WithoutLost = false, SealedSessions? Sessions = null);

/// <summary>The sessions at both servers.</summary>
internal sealed record SealedSessions(string Did, OldAccount Account, ServerTokens Old, ServerTokens? New);

[JsonSerializable(typeof(MoveSecret))]
[JsonSerializable(typeof(Contracts.Moving.MovedAccount))]
[JsonSerializable(typeof(StoredReport))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class MoveJson : JsonSerializerContext;
