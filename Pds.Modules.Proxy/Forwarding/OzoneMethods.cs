using System.Collections.Frozen;

namespace Pds.Modules.Proxy.Forwarding;

/// <summary>The moderators' methods that go to the moderation service without being told to.</summary>
internal static class OzoneMethods
{
    private static readonly FrozenSet<string> Names = new[]
    {
        "tools.ozone.communication.createTemplate",
        "tools.ozone.communication.deleteTemplate",
        "tools.ozone.communication.listTemplates",
        "tools.ozone.communication.updateTemplate",
        "tools.ozone.moderation.cancelScheduledActions",
        "tools.ozone.moderation.emitEvent",
        "tools.ozone.moderation.getAccountTimeline",
        "tools.ozone.moderation.getEvent",
        "tools.ozone.moderation.getRecord",
        "tools.ozone.moderation.getRepo",
        "tools.ozone.moderation.listScheduledActions",
        "tools.ozone.moderation.queryEvents",
        "tools.ozone.moderation.queryStatuses",
        "tools.ozone.moderation.scheduleAction",
        "tools.ozone.moderation.searchRepos",
        "tools.ozone.safelink.addRule",
        "tools.ozone.safelink.queryEvents",
        "tools.ozone.safelink.queryRules",
        "tools.ozone.safelink.removeRule",
        "tools.ozone.safelink.updateRule",
        "tools.ozone.team.addMember",
        "tools.ozone.team.deleteMember",
        "tools.ozone.team.listMembers",
        "tools.ozone.team.updateMember",
        "tools.ozone.verification.grantVerifications",
        "tools.ozone.verification.listVerifications",
        "tools.ozone.verification.revokeVerifications",
    }.ToFrozenSet();

    public static bool Contains(string method) => Names.Contains(method);
}
