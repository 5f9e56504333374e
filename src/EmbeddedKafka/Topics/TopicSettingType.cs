namespace KafkaBackup.EmbeddedKafka.Topics;

/// <summary>The type of a setting's value, by Kafka's numbers.</summary>
internal enum TopicSettingType : sbyte
{
    Boolean = 1,
    String = 2,
    Int = 3,
    Long = 5,
    Double = 6,
    List = 7,
}
