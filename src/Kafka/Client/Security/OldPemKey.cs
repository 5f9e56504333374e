using System.Security.Cryptography;
using System.Text;

namespace KafkaBackup.Kafka.Client.Security;

/// <summary>Opens keys that OpenSSL encrypted before PKCS#8, by headers within the PEM (RFC 1421). .NET does not know them.</summary>
internal static class OldPemKey
{
    private const string Mark = "Proc-Type: 4,ENCRYPTED";
    private const string Begin = "-----BEGIN ";
    private const string Dashes = "-----";
    private const int SaltBytes = 8;

    /// <summary>Whether a file's text holds such a key.</summary>
    public static bool IsIn(string pem) => pem.Contains(Mark, StringComparison.Ordinal);

    /// <summary>The same key without a password, in PEM.</summary>
    /// <exception cref="CryptographicException">The password is wrong, or the key is damaged or encrypted otherwise.</exception>
    /// <exception cref="FormatException">It is damaged.</exception>
    public static string Decrypt(string pem, string password)
    {
        var (label, info, body) = Split(pem);
        var parts = info.Split(',', StringSplitOptions.TrimEntries);
        if (parts.Length != 2)
        {
            throw new CryptographicException("its DEK-Info is damaged");
        }

        using var cipher = CipherNamed(parts[0]);
        var start = Convert.FromHexString(parts[1]);
        if (start.Length != cipher.BlockSize / 8)
        {
            throw new CryptographicException("its DEK-Info is damaged");
        }

        cipher.Key = KeyOf(Encoding.UTF8.GetBytes(password), start.AsSpan(0, SaltBytes), cipher.KeySize / 8);
        return PemEncoding.WriteString(label, cipher.DecryptCbc(Convert.FromBase64String(body), start));
    }

    /// <summary>The block that has the mark: others, such as the parameters of a curve, may be before it.</summary>
    private static (string Label, string Info, string Body) Split(string pem)
    {
        string? label = null, info = null;
        var isMarked = false;
        var body = new StringBuilder();
        foreach (var line in pem.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith(Begin, StringComparison.Ordinal))
            {
                label = line[Begin.Length..].TrimEnd('-');
                (info, isMarked) = (null, false);
                body.Clear();
            }
            else if (line.StartsWith(Dashes, StringComparison.Ordinal))
            {
                if (isMarked && label is not null && info is not null)
                {
                    return (label, info, body.ToString());
                }
            }
            else if (line.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0)
            {
                isMarked |= line.Equals(Mark, StringComparison.Ordinal);
                info = line.StartsWith("DEK-Info:", StringComparison.Ordinal) ? line[(colon + 1)..] : info;
            }
            else
            {
                body.Append(line);
            }
        }

        throw new CryptographicException("its block is not complete");
    }

    private static SymmetricAlgorithm CipherNamed(string name)
    {
        SymmetricAlgorithm cipher = name switch
        {
            "AES-128-CBC" or "AES-192-CBC" or "AES-256-CBC" => Aes.Create(),
            "DES-EDE3-CBC" => TripleDES.Create(),
            _ => throw new CryptographicException($"it is encrypted with {name}, which is not known here"),
        };
        cipher.KeySize = name switch
        {
            "AES-128-CBC" => 128,
            "AES-256-CBC" => 256,
            _ => 192,
        };
        return cipher;
    }

    /// <summary>OpenSSL's EVP_BytesToKey with MD5 and one round: weak, and what the form prescribes.</summary>
    private static byte[] KeyOf(byte[] password, ReadOnlySpan<byte> salt, int length)
    {
        var key = new List<byte>();
        byte[] last = [];
        while (key.Count < length)
        {
            last = MD5.HashData([.. last, .. password, .. salt]);
            key.AddRange(last);
        }

        return [.. key.Take(length)];
    }
}
