namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>The addresses of pages and pictures that an app tells of itself.</summary>
internal static class MetadataLinks
{
    /// <exception cref="OAuthException">It is no https URL of a public host.</exception>
    public static Uri? Read(MetadataFields fields, string name, ClientId id)
    {
        if (fields.Text(name) is not { } text)
        {
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttps && !(id.IsLocal && url.Scheme == Uri.UriSchemeHttp))
            || url.UserInfo.Length > 0)
        {
            throw MetadataFields.Refuse(name, "must be an https URL without credentials");
        }

        return !id.IsLocal && (url.IsLoopback || HostName.IsLocal(url.Host))
            ? throw MetadataFields.Refuse(name, "must not lead to a local host")
            : url;
    }

    /// <summary>The page of the app, of which its id is a part.</summary>
    /// <exception cref="OAuthException">It is another site's, or beside the document.</exception>
    public static Uri? ReadHome(MetadataFields fields, ClientId id)
    {
        const string Field = "client_uri";
        if (Read(fields, Field, id) is not { } home)
        {
            return null;
        }

        if (home.GetLeftPart(UriPartial.Authority) != id.Url.GetLeftPart(UriPartial.Authority))
        {
            throw MetadataFields.Refuse(Field, "must have the origin of client_id");
        }

        var (path, document) = (home.AbsolutePath, id.Url.AbsolutePath);
        return path == document || document.StartsWith(path.EndsWith('/') ? path : $"{path}/", StringComparison.Ordinal)
            ? home
            : throw MetadataFields.Refuse(Field, "must have a path that is a parent of that of client_id");
    }
}
