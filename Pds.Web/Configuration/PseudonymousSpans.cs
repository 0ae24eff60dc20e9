using System.Diagnostics;
using OpenTelemetry;
using Pds.Xrpc;

namespace Pds.Web.Configuration;

/// <summary>Puts a pseudonym in place of each DID that a library wrote into a span, such as in the path of a request to the PLC directory.</summary>
internal sealed class PseudonymousSpans(Pseudonyms pseudonyms) : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        List<(string Tag, string Value)>? changed = null;
        foreach (ref readonly var tag in data.EnumerateTagObjects())
        {
            if (tag.Value is string text && pseudonyms.Replace(text) is { } replaced)
            {
                (changed ??= []).Add((tag.Key, replaced));
            }
        }

        foreach (var (tag, value) in changed ?? [])
        {
            data.SetTag(tag, value);
        }

        if (pseudonyms.Replace(data.DisplayName) is { } name)
        {
            data.DisplayName = name;
        }

        if (data.StatusDescription is { } description && pseudonyms.Replace(description) is { } told)
        {
            data.SetStatus(data.Status, told);
        }
    }
}
