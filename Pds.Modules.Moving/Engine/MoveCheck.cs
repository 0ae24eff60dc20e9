namespace Pds.Modules.Moving.Engine;

/// <summary>Looks at everything again, at the new server, and holds it against the old one.</summary>
internal static class MoveCheck
{
    /// <summary>Records, blobs and preferences.</summary>
    /// <param name="isArrived">The account lives at the new server already, and may have gone on there.</param>
    public static async Task ContentsAsync(MoveContext move, bool isArrived, CancellationToken cancellationToken)
    {
        move.Tell(MoveStep.Check);
        var credentials = await move.New.QueryAsync("com.atproto.identity.getRecommendedDidCredentials", cancellationToken);
        var head = await RepositoryHead.ReadAsync(move.Old, move.Did, cancellationToken);
        var tally = await RepositoryTally.ReadAsync(
            move.New, move.Did, credentials.Member("verificationMethods").Text("atproto"), cancellationToken);
        var blobs = await BlobTally.ReadAsync(move, cancellationToken);
        var preferences = await PreferenceCopy.AreEqualAsync(move, cancellationToken);

        var problems = new List<string>();
        if (tally.Problem is not null)
        {
            problems.Add($"The repository at {move.New.Name}: {tally.Problem}");
        }

        if (tally.Root != head.Data && !isArrived)
        {
            problems.Add("The records of both servers differ");
        }

        if (preferences == false && !isArrived)
        {
            problems.Add("The preferences of both servers differ");
        }

        move.Report = move.Report with
        {
            Records = tally.Records,
            RecordsAreEqual = tally.Root == head.Data && tally.Problem is null,
            Blobs = blobs.Count,
            BlobBytes = blobs.Bytes,
            LostBlobs = blobs.Lost,
            PreferencesAreEqual = preferences,
            Problems = problems,
        };
    }

    /// <summary>Who the network says the account is, and whether both servers agree.</summary>
    public static async Task IdentityAsync(MoveContext move, MoveRequest request, CancellationToken cancellationToken)
    {
        var problems = move.Report.Problems.ToList();
        var document = await move.Plc.FindDocumentAsync(move.Did, cancellationToken);
        var handle = document?.Handle?.Value;
        var (isHere, isActive) = (await IdentityChange.IsHereAsync(move.New, cancellationToken), await IsActiveAsync(move.New, move, cancellationToken));
        var isOldActive = await IsActiveAsync(move.Old, move, cancellationToken);
        if (!isHere || document is null)
        {
            problems.Add("The DID does not name the new server");
        }

        if (!isActive)
        {
            problems.Add($"The account is not active at {move.New.Name}");
        }

        if (isOldActive && !request.LeaveOldActive)
        {
            problems.Add($"The account is still active at {move.Old.Name}");
        }

        if (handle is null || await ResolveAsync(move, handle, cancellationToken) != move.Did.Value)
        {
            problems.Add($"The handle {handle ?? "of the DID"} does not resolve to it");
        }

        move.Report = move.Report with
        {
            Handle = handle,
            IdentityIsHere = isHere,
            OwnRotationKeys = await IdentityChange.OwnKeysAsync(move, cancellationToken),
            NewIsActive = isActive,
            OldIsActive = isOldActive,
            Problems = problems,
        };
    }

    public static async Task<bool> IsActiveAsync(ServerClient server, MoveContext move, CancellationToken cancellationToken) =>
        (await server.QueryAsync("com.atproto.sync.getRepoStatus", cancellationToken, ("did", move.Did.Value))).Flag("active");

    private static async Task<string?> ResolveAsync(MoveContext move, string handle, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await move.New.QueryAsync("com.atproto.identity.resolveHandle", cancellationToken, ("handle", handle));
            return answer.TextOrNull("did");
        }
        catch (MoveException refusal) when (refusal.RetryAfter is null)
        {
            return null;
        }
    }
}
