namespace AtProto.Stream;

/// <summary>
/// A frame of the event stream, decoded: one of <see cref="CommitMessage"/>, <see cref="SyncMessage"/>,
/// <see cref="IdentityMessage"/>, <see cref="AccountMessage"/>, <see cref="InfoMessage"/> and <see cref="ErrorMessage"/>.
/// </summary>
public abstract record StreamMessage;
