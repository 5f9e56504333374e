namespace KafkaBackup.Shared.Protocol;

/// <summary>A message that may cross nodes: it is serialized by the table in <see cref="WireFormat"/> and never holds references, streams or secrets.</summary>
public interface IWireMessage;
