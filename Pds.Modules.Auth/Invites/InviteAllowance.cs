namespace Pds.Modules.Auth.Invites;

/// <summary>How many codes of its own an account has earned: one with each interval of its age, five unused ones at most.</summary>
internal static class InviteAllowance
{
    private const int MostUnused = 5;

    /// <param name="codes">All codes of the account; those that were given to it do not count.</param>
    /// <param name="epoch">Where the counting begins, for accounts that are older.</param>
    /// <returns>How many to make now, and how many there are with them.</returns>
    public static (int ToCreate, int Total) Count(
        IReadOnlyList<Invite> codes, DateTimeOffset accountCreatedAt, DateTimeOffset epoch, TimeSpan interval, DateTimeOffset now)
    {
        var (all, unused, inEpoch) = (0, 0, 0);
        foreach (var code in codes)
        {
            if (code.CreatedBy != Invite.Admin)
            {
                all++;
                unused += code is { Disabled: false, IsUsedUp: false } ? 1 : 0;
                inEpoch += code.CreatedAt > epoch ? 1 : 0;
            }
        }

        var since = accountCreatedAt >= epoch ? accountCreatedAt : epoch;
        var earned = (long)Math.Floor((now - since) / interval);
        var toCreate = (int)Math.Max(0, Math.Min(MostUnused - unused, earned - inEpoch));
        return (toCreate, all + toCreate);
    }
}
