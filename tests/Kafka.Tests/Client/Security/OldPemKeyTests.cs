using System.Security.Cryptography;
using KafkaBackup.Kafka.Client.Security;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client.Security;

public sealed class OldPemKeyTests
{
    private const string Password = "old-secret";

    // Made with `openssl ec -aes128` and so on, and `openssl rsa -traditional -aes256`, from the key beside them. All are for these tests only.
    public const string PlainEc = """
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIFo7kun13K5EYVgHJnli9TubOuq7UEdackUWAR5L7YWhoAoGCCqGSM49
        AwEHoUQDQgAE4bNllr0G5WKjgplrZKVnyTev2qQ4oy9VFW/1UJbAobic57GRS23x
        mTlvBX7EU7Sw0uHyRMAZXahvrWbkMzvmjw==
        -----END EC PRIVATE KEY-----
        """;

    public const string Aes256 = """
        -----BEGIN EC PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-256-CBC,299BAA94EB69D37971760D7638D31F9B
        
        DYBWnDkIRpiu++IZYaJG+GoJZO34wi3E+z9Do2+zISpPCqM3F7+wckso96qH1jNg
        CDo+C3ybYPmC2eey9yXQ8/LSVMH0HC8URuOKevfD8QPMsm6IToAFsXVYi666UToI
        7zUPXjJYEdwhLna3dakEWqiACZ38j8YUtYYHJeI+8/M=
        -----END EC PRIVATE KEY-----
        """;

    private const string Aes128 = """
        -----BEGIN EC PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-128-CBC,B3109B24B35215CE2EC7AF26FDFB9137
        
        xtnJHpDRB03D3ZKRew3Sq3A6tw8OoACxtKZAigiWRSW11vJxNIuRCxrUAchAcjtr
        TE8OIaNTpvtxVvupohrSQcEnmvpWATIoniNnTwbDG/S61n9psKzvNF7zmZ+/9qal
        g2mPhGRCCTL0p8cfzXzCbaAeybAsfEwYzt3Qwx3QbWo=
        -----END EC PRIVATE KEY-----
        """;

    private const string Aes192 = """
        -----BEGIN EC PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-192-CBC,F17123A3882044BC22024C0F780D4E69
        
        0tXN9vnPoEgvIZdA8tzX6eSB68/9KdleUOAtAAsWuvsXGBl/QRy06AXqJHe1WMpL
        rJMn+UNDKpPPOmziq4Xg1Zji8VXUiqZm3tTiJyw13aFvkreHG9PvtP6L0eTE62TQ
        s0osbodNM9DTKy5qPtTBwmqzeioZXIvW0+6KLMIoOCk=
        -----END EC PRIVATE KEY-----
        """;

    private const string TripleDes = """
        -----BEGIN EC PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: DES-EDE3-CBC,BA152279F1D244B6
        
        cfh5/pw0PHWr2U/4EjkFVbMHUVxWi5AzKRw1VINXOkdhL3BWCQ1QWntTtu2uRfnC
        OQfgoqBuTNoxfy8SWZ7r/drouoUrDkOtBi+4JsslTrTXHGhAFIz/Ncq3Dn2l44Ly
        YzlRPXJlw6SAVcPhWv1nYKx8pUzinVpnng16iy6XTig=
        -----END EC PRIVATE KEY-----
        """;

    private const string Camellia = """
        -----BEGIN EC PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: CAMELLIA-128-CBC,986DD074C6A1CC11C31F44F09363861D
        
        4u1InRN9Q4WkJoFRsYGPEdErdvdSj8LhQUFitzBSopFdTXlYwyBte53MdQnlcj/v
        ZeZpjyf9Q397V2XJz9XmNsa/p4w/X+698/Zf1hvvAPlsPYfChrkp3YgxnxhK5+3D
        uMrxiLIIOOFa5fNxNWv3JdjVPgACkFf6BnBD6BU5tng=
        -----END EC PRIVATE KEY-----
        """;

    private const string Utf8 = """
        -----BEGIN EC PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-128-CBC,00D54DBB4194759E26DB18D1571A0FE0
        
        lbweEOXEvi3LAa/oUVC8x+ri0DzHwaJ3o2mIL+EjX0gxuJgRPuRqGiWWLGUeQ0X1
        ScLwvwSmLA775eFwa0Ie4Qqu7PIfQlabnvJElD1szK/cWul2jdf9NtF2EMe1t3/M
        TiIx9EsmzcUgZRJg8pYauc3jGuF/nzhZLReqJG9GybQ=
        -----END EC PRIVATE KEY-----
        """;

    private const string Rsa = """
        -----BEGIN RSA PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-256-CBC,8B2B1664A549C7C0FFA10563E1B399CD
        
        WW6guZD8+tHQf+8Ozw/6YiOTSYt1og+MomEeD9wB229Y8op9MAemq9hb7a/knAyH
        rtt26Db/jhJkj1W/OvWtuXDqy0ALPFaO+g9EcBWuBBvIt2cetBTbG2IeOXifNPXy
        EjviVnGMsNg9D3psdM47CA/tb3JUUi78gtYnlVoib2fNWekjewYttuLukB1ijmXx
        /v8e1l79xzHv2hhO8N/5IVkUA3k/gnB3cSlqwCp92XOdNij0Hp9To+nJ9f5AE6Cy
        q+oZKCs7QOGYZ1DP8dYMoMv4bZNJE9vFtCOgaqfBN2uNw2tiqyjIRgdjXPMjDexh
        mxMh3v4S7hR2B2/o7Qa2dIT18ZAeU+E5cc5Q8vTFuCvsUTuQyjY/uxnYeBe3xW/0
        p504YNzytypyQa2DEM7wpeSZ8+rcufJf/7NytyQzAVtF7qw4AXzdRn+JybGYAi0L
        n4adydXyZCJSG8qiB/ewY0In3ca310bJpYGrSs8Io9z9CcCxh7g1zkcGc4u719u6
        k7xyqJ26kOCBf1EGuygv3iELm3jrMUhIIje0qMLZ54ysR+0kyCTgD4PiefkgpB/k
        GJrdyqPYE3KAdNPNxIpIroiTT1HQuAapooPSksj9w39Wc1LgCWapz70gQaZkORl5
        eWGp/nvXElc5cK/sOX2R5MPL21CUXVarRzOeddlOqD10/C56lLQ4IcCQ9XpTE0//
        TrINV+2b27EedhiToogkNxEBBL90O7dF09dnicE565BlbSMEZRAEOpVEeKjvSf8q
        JXpnAeMIOulFWhMDM1X8nDhuym/gXv61UO8TIn/Umkpq0iEoelTn7XhuT9BIHsxr
        VTZDKNd0KYohrWIiA9ZKWoVnWs3m2RdUFFeTwxHu4dywbtMb7pq7x+ooLTuDYWyX
        Rb7cTUPIq6P0bBGQAol+Ck5HdRyuMK5UYZ7QgCeVr/+YgnGeR4TkVo+N/ODgGSs/
        vhWId7TvW+LEkEO6E3PhMQvKmJR4qGasbLhyE6XQxkmva0CR8EagwHKm0f8ccz5k
        Hnky09GsL4WFYSGOhoqg4BVg3oS3fkTDdXQRHStf2hZtDF5fWINBoHHBLnSuV6K9
        2sIQihkidBfQrPHeMU4MkxKc57Bl5Q1ZSxuu+mPeTrMe0grTtT00WGL2URA+INLk
        CLziZhqtlYmXo7zgGTwScsbZqKjiwYWmo2YCVW4R2oTcjo+C/YWa7El5xfg+1axr
        UmjIHR5i77JAfo96Y/n6+ilYnPzUgzXaCXhIq5SlxDOWTI/dsiFokzSb0G18t4Zt
        /QvZERRVDHNgK6p87UoY9hVUTVhf4HjgFRQ73qQfno4b+0e75mvdpzduHtKYr8HS
        x+lq6pEawkqyRtlbMEjbQaEE9QArk+KjxX/CPLmpw3uII5VCRtmPiACCjWvYZw9k
        JthGl8ZH7/SRyTZjCnw4Ryj4E8tHMJ1Dy2TuREHyTUf13NTR+OG9w+ehLsyclOh8
        7Zu14WRnyMqWdJlZCcJMsY3emuf6Z20mm992Wg4T9OsoNZsOf0bxB2Yz657I9G0T
        0Hv0NKfD/WhlXQChKuHn8gOb/DO8T6KPHErUwPVgab1BIoAprr/lBev4Pmq8KnSH
        -----END RSA PRIVATE KEY-----
        """;

    private const string Parameters = """
        -----BEGIN EC PARAMETERS-----
        BggqhkjOPQMBBw==
        -----END EC PARAMETERS-----

        """;

    [Theory]
    [InlineData(Aes128)]
    [InlineData(Aes192)]
    [InlineData(Aes256)]
    [InlineData(TripleDes)]
    [InlineData(Parameters + Aes256)]
    public void A_key_is_opened(string pem)
    {
        using var opened = ECDsa.Create();
        using var plain = ECDsa.Create();
        plain.ImportFromPem(PlainEc);

        Assert.True(OldPemKey.IsIn(pem));
        opened.ImportFromPem(OldPemKey.Decrypt(pem, Password));

        Assert.Equal(plain.ExportECPrivateKey(), opened.ExportECPrivateKey());
    }

    [Fact]
    public void A_key_with_line_ends_of_windows_is_opened()
    {
        using var opened = ECDsa.Create();

        opened.ImportFromPem(OldPemKey.Decrypt(Aes128.ReplaceLineEndings("\r\n"), Password));
    }

    [Fact]
    public void A_password_with_letters_beyond_ascii_opens()
    {
        using var opened = ECDsa.Create();

        opened.ImportFromPem(OldPemKey.Decrypt(Utf8, "pässwort"));
    }

    [Fact]
    public void An_rsa_key_is_opened()
    {
        using var opened = RSA.Create();

        opened.ImportFromPem(OldPemKey.Decrypt(Rsa, Password));

        Assert.Equal(2048, opened.KeySize);
    }

    [Fact]
    public void A_wrong_password_does_not_open()
    {
        Assert.Throws<CryptographicException>(() => OldPemKey.Decrypt(Aes256, "wrong"));
    }

    [Fact]
    public void A_cipher_that_is_not_known_is_named()
    {
        var failure = Assert.Throws<CryptographicException>(() => OldPemKey.Decrypt(Camellia, Password));

        Assert.Contains("CAMELLIA-128-CBC", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC\n\nAAAA\n-----END EC PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\nAAAA\n-----END EC PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END EC PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,B3109B24B35215CE2EC7AF26FDFB9137\n\nAAAA\n")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,BA15\n\nAAAA\n-----END EC PRIVATE KEY-----\n")]
    public void A_damaged_key_does_not_open(string pem)
    {
        Assert.Throws<CryptographicException>(() => OldPemKey.Decrypt(pem, Password));
    }

    [Fact]
    public void Other_keys_are_not_taken_for_one()
    {
        Assert.False(OldPemKey.IsIn(PlainEc));
    }
}
