namespace KafkaBackup.ObjectStores.FileSystem;

/// <summary>The calls by which a file and its name are made durable, and a name is given to one of many that want it.</summary>
/// <remarks>A seam: whether they are made, and in which order, shows otherwise only when the power is cut or writers race.</remarks>
internal interface IDurableFiles
{
    /// <summary>Makes what was written to a file survive a power cut.</summary>
    void FlushFile(FileStream file);

    /// <summary>Makes new names in a directory survive a power cut.</summary>
    void FlushDirectory(string directory);

    /// <summary>Gives a finished file its final name unless that name is taken.</summary>
    /// <returns>False when the name is taken.</returns>
    bool TryPublish(string temporary, string path);

    /// <summary>Gives a finished file its final name, replacing what has it.</summary>
    void Replace(string temporary, string path);
}
