using Microsoft.AspNetCore.Builder;

namespace Pds.Xrpc;

/// <summary>The <see cref="LoadClass"/> of an endpoint.</summary>
internal sealed record LoadNote(LoadClass Class);

/// <summary>Notes what requests to an endpoint cost.</summary>
public static class LoadNotes
{
    public static TBuilder CountAs<TBuilder>(this TBuilder endpoint, LoadClass load)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new LoadNote(load));
}
