namespace Pds.Modules.Proxy.Forwarding;

/// <summary>In which encoding a service is asked to answer.</summary>
internal enum AnswerForm
{
    /// <summary>As the client likes it; the answer is passed on unread.</summary>
    AsAccepted,

    /// <summary>Compressed, as both the client and this server can read it.</summary>
    Compressed,

    /// <summary>Rather not compressed.</summary>
    Plain,
}
