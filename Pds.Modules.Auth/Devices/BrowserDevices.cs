using AtProto;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Storage;

namespace Pds.Modules.Auth.Devices;

/// <summary>
/// Browsers and who is signed in with them. A browser's cookie moves on every few minutes; one that is shown long after it was
/// replaced was copied, and the device is forgotten for both who hold it.
/// </summary>
public sealed class BrowserDevices
{
    private const int MaxUserAgentLength = 512;

    /// <summary>How long a password is taken to be known by who sits there, in a browser that remembers it.</summary>
    internal static readonly TimeSpan Freshness = TimeSpan.FromDays(7);

    /// <summary>How long a sign-in lasts that is not to be remembered.</summary>
    internal static readonly TimeSpan Visit = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan RotationAge = TimeSpan.FromMinutes(5);

    // Requests of one page may cross on the way.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    private readonly DeviceStore _store;
    private readonly DeviceCookie _cookies;
    private readonly TimeProvider _time;

    internal BrowserDevices(DeviceStore store, DeviceCookie cookies, TimeProvider time) =>
        (_store, _cookies, _time) = (store, cookies, time);

    /// <summary>Finds the browser of a cookie, or makes it a new one.</summary>
    /// <returns>The device, and the cookie to set if it is another than the browser has.</returns>
    internal async Task<(string DeviceId, string? NewCookie)> OpenAsync(OpenDevice request, CancellationToken cancellationToken)
    {
        var userAgent = request.UserAgent.Length <= MaxUserAgentLength ? request.UserAgent : request.UserAgent[..MaxUserAgentLength];
        var now = _time.GetUtcNow();
        if (_cookies.TryRead(request.Cookie, out var id, out var generation)
            && await _store.FindAsync(id, cancellationToken) is { } device)
        {
            if (generation == device.Generation)
            {
                return await KeepAsync(device, userAgent, request.Address, request.Rotate, now, cancellationToken);
            }

            if (generation == device.Generation - 1 && now - device.RotatedAt <= Tolerance)
            {
                return (id, _cookies.Write(id, device.Generation));
            }

            await _store.DeleteAsync(id, cancellationToken);
        }

        id = DeviceCookie.NewId();
        await _store.AddAsync(new Device(id, 1, now, userAgent, request.Address), cancellationToken);
        return (id, _cookies.Write(id, 1));
    }

    /// <summary>Who is signed in with a browser.</summary>
    public Task<List<DeviceAccount>> FindAccountsAsync(string deviceId, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        return _store.FindAccountsAsync(deviceId, now - Freshness, now - Visit, cancellationToken);
    }

    /// <summary>The browsers in which an account is signed in.</summary>
    internal Task<List<DeviceSummary>> ListAsync(Did did, CancellationToken cancellationToken) =>
        _store.ListAsync(did, _time.GetUtcNow() - Visit, cancellationToken);

    /// <summary>Notes that a person proved to be the account's owner.</summary>
    internal Task SignInAsync(string deviceId, Did did, bool remember, CancellationToken cancellationToken) =>
        _store.SignInAsync(deviceId, did, remember, _time.GetUtcNow(), cancellationToken);

    /// <summary>Makes a browser forget one account, or all.</summary>
    internal Task SignOutAsync(string deviceId, Did? did, CancellationToken cancellationToken) =>
        _store.SignOutAsync(deviceId, did, cancellationToken);

    /// <summary>Signs an account out everywhere but in one browser.</summary>
    internal Task SignOutElsewhereAsync(Did did, string? exceptDeviceId, CancellationToken cancellationToken) =>
        _store.SignOutElsewhereAsync(did, exceptDeviceId, cancellationToken);

    private async Task<(string DeviceId, string? NewCookie)> KeepAsync(
        Device device, string userAgent, string address, bool rotate, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!rotate && now - device.RotatedAt < RotationAge && device.UserAgent == userAgent && device.Address == address)
        {
            return (device.Id, null);
        }

        // Where another request of this browser was first, its next generation is this one's too.
        var next = new Device(device.Id, device.Generation + 1, now, userAgent, address);
        await _store.RotateAsync(next, cancellationToken);
        return (device.Id, _cookies.Write(device.Id, next.Generation));
    }
}
