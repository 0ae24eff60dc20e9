using Microsoft.AspNetCore.Authorization;

namespace Pds.Xrpc;

/// <summary>Who may call a method: what stands behind a name of <see cref="Access"/>.</summary>
/// <param name="Kinds">The kinds that are let in.</param>
/// <param name="IsOptional">No credentials at all are fine; wrong ones are not.</param>
/// <param name="RefusesTakendown">The authentication looks the account up and refuses with <c>AccountTakedown</c>.</param>
/// <param name="AcceptsExpired">A refresh token past its time still serves.</param>
public sealed record AccessRule(
    AccessKind Kinds, bool IsOptional = false, bool RefusesTakendown = false, bool AcceptsExpired = false)
    : IAuthorizationRequirement;
