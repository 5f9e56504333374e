using KafkaBackup.Kafka.Wire.Records;

namespace KafkaBackup.Kafka.Wire;

/// <summary>Requests and answers as they travel: four bytes of length, a header, a message.</summary>
internal static class WireFrames
{
    /// <summary>Reads a request's header. Of a request that is not described here, only key, version and correlation id are read.</summary>
    public static RequestHeader ReadRequestHeader(WireReader reader)
    {
        reader.Begin(0, flexible: false);
        var header = new RequestHeader(
            (ApiKey)reader.Int16(0, field: "api key"), reader.Int16(0, field: "api version"), reader.Int32(0, field: "correlation id"), null);
        if (header.Api is not { } api)
        {
            return header;
        }

        // The client's name keeps its two bytes of length even where everything else is compact.
        header = header with { ClientId = reader.NullableString(null, field: "client id") };
        if (api.HasTaggedRequestHeader(header.Version))
        {
            reader.SkipTags();
        }

        return header;
    }

    /// <summary>Reads the request that follows <paramref name="header"/>.</summary>
    /// <remarks>Bytes behind it are nobody's: librdkafka 2.16 sends three with Metadata for all topics, and Kafka's own brokers do not look
    /// either.</remarks>
    public static IWireStruct ReadRequest(WireReader reader, RequestHeader header) => ReadBody(reader, header, Covered(header).NewRequest());

    /// <summary>Reads an answer, without its four bytes of length, to the request that had <paramref name="header"/>.</summary>
    public static IWireStruct ReadResponse(WireReader reader, RequestHeader header)
    {
        var api = Covered(header);
        reader.Begin(0, flexible: false);
        var position = reader.Position;
        if (reader.Int32(0, field: "correlation id") is var id && id != header.CorrelationId)
        {
            throw new WireFormatException("The correlation id", $"{id} answers another request than {header.CorrelationId}", position);
        }

        if (api.HasTaggedResponseHeader(header.Version))
        {
            reader.SkipTags();
        }

        var response = ReadBody(reader, header, api.NewResponse());
        reader.ExpectEnd($"{header.Key} version {header.Version}");
        return response;
    }

    /// <summary>A whole frame with a request.</summary>
    public static WireWriter WriteRequest(RequestHeader header, IWireStruct request)
    {
        var api = Covered(header);
        var writer = new WireWriter();
        writer.Raw(0);
        writer.Begin(0, flexible: false);
        writer.Int16((short)header.Key);
        writer.Int16(header.Version);
        writer.Int32(header.CorrelationId);
        writer.NullableString(header.ClientId);
        if (api.HasTaggedRequestHeader(header.Version))
        {
            writer.NoTags();
        }

        return WriteBody(writer, header, request);
    }

    /// <summary>A whole frame with the answer to the request that had <paramref name="header"/>.</summary>
    public static WireWriter WriteResponse(RequestHeader header, IWireStruct response)
    {
        var api = Covered(header);
        var writer = new WireWriter();
        writer.Raw(0);
        writer.Raw(header.CorrelationId);
        if (api.HasTaggedResponseHeader(header.Version))
        {
            writer.NoTags();
        }

        return WriteBody(writer, header, response);
    }

    private static IWireStruct ReadBody(WireReader reader, RequestHeader header, IWireStruct message)
    {
        reader.Begin(header.Version, Covered(header).IsFlexible(header.Version));
        return reader.Struct(message);
    }

    private static WireWriter WriteBody(WireWriter writer, RequestHeader header, IWireStruct message)
    {
        writer.Begin(header.Version, Covered(header).IsFlexible(header.Version));
        writer.Struct(message);
        writer.SetFrameLength();
        return writer;
    }

    private static WireApi Covered(RequestHeader header) =>
        header.Api ?? throw new ArgumentException($"{header.Key} version {header.Version} is not described here.", nameof(header));
}
