using AtProto;
using AtProto.OAuth;

namespace Pds.Xrpc;

/// <summary>
/// What a method asks of an app. Each refuses with <c>ScopeMissingError</c>; who is no app, and so has no scopes, passes.
/// </summary>
public static class RequiredScopes
{
    extension(Caller caller)
    {
        /// <param name="action">One action.</param>
        public void RequireRepoScope(RepoActions action, Nsid collection)
        {
            if (caller.Scopes?.AllowsRepo(collection, action) == false)
            {
                throw XrpcErrors.ScopeMissing(RepoScope.Needed(collection, action));
            }
        }

        /// <param name="mediaType">Without parameters.</param>
        public void RequireBlobScope(string mediaType)
        {
            if (caller.Scopes?.AllowsBlob(mediaType) == false)
            {
                throw XrpcErrors.ScopeMissing(BlobScope.Needed(mediaType));
            }
        }

        /// <param name="method">The method, or <c>*</c> for all of them.</param>
        /// <param name="audience">The service as DID, <c>#</c> and id.</param>
        public void RequireRpcScope(string method, string audience)
        {
            if (caller.Scopes?.AllowsRpc(method, audience) == false)
            {
                throw XrpcErrors.ScopeMissing(RpcScope.Needed(method, audience));
            }
        }

        /// <param name="attribute">One of the constants of <see cref="AccountScope"/>.</param>
        public void RequireAccountScope(string attribute, bool manage)
        {
            if (caller.Scopes?.AllowsAccount(attribute, manage) == false)
            {
                throw XrpcErrors.ScopeMissing(AccountScope.Needed(attribute, manage));
            }
        }

        /// <param name="attribute">One of the constants of <see cref="IdentityScope"/>.</param>
        public void RequireIdentityScope(string attribute)
        {
            if (caller.Scopes?.AllowsIdentity(attribute) == false)
            {
                throw XrpcErrors.ScopeMissing(IdentityScope.Needed(attribute));
            }
        }
    }
}
