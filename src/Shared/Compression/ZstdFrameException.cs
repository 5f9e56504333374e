namespace KafkaBackup.Shared.Compression;

/// <summary>A frame cannot be read, or not be written where it should go, whichever library was asked.</summary>
/// <param name="message">What the library says, without a hint of where the frame lies.</param>
/// <param name="inner">The library's own exception, if it threw one.</param>
public sealed class ZstdFrameException(string message, Exception? inner = null) : Exception(message, inner);
