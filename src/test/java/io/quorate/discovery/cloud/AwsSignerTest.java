package io.quorate.discovery.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The signatures that AWS publishes for its example key: its test suite of signature version 4, and its example of IAM. */
class AwsSignerTest {
    private static final Instant AT = Instant.parse("2015-08-30T12:36:00Z");
    private static final String TOKEN =
            "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUu"
                    + "wthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6f"
                    + "E8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJab"
                    + "IQwj2ICCR/oLxBA==";

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "get-vanilla|GET|https://example.amazonaws.com/|service|-|-|false|host;x-amz-date"
                        + "|5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
                "get-vanilla-query-order-key-case|GET|https://example.amazonaws.com/?Param2=value2&Param1=value1|service"
                        + "|-|-|false|host;x-amz-date|b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
                "post-vanilla|POST|https://example.amazonaws.com/|service|-|-|false|host;x-amz-date"
                        + "|5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
                "post-x-www-form-urlencoded|POST|https://example.amazonaws.com/|service|application/x-www-form-urlencoded"
                        + "|Param1=value1|false|content-type;host;x-amz-date"
                        + "|ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
                "post-x-www-form-urlencoded-parameters|POST|https://example.amazonaws.com/|service"
                        + "|application/x-www-form-urlencoded; charset=utf8|Param1=value1|false|content-type;host;x-amz-date"
                        + "|1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe",
                "post-sts-header-before|POST|https://example.amazonaws.com/|service|-|-|true"
                        + "|host;x-amz-date;x-amz-security-token"
                        + "|85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
                "iam-list-users|GET|https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08|iam"
                        + "|application/x-www-form-urlencoded; charset=utf-8|-|false|content-type;host;x-amz-date"
                        + "|5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
                "the usual port is not named|GET|https://example.amazonaws.com:443/|service|-|-|false|host;x-amz-date"
                        + "|5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            })
    void theSignatureIsTheOneThatAwsPublishes(
            String name,
            String method,
            String uri,
            String service,
            String contentType,
            String body,
            boolean token,
            String signed,
            String signature) {
        AwsCredentials credentials =
                AwsCredentials.of("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token ? TOKEN : "");
        Map<String, String> headers = new AwsSigner(credentials, "us-east-1", service)
                .sign(
                        method,
                        URI.create(uri),
                        contentType == null ? Map.of() : Map.of("Content-Type", contentType),
                        (body == null ? "" : body).getBytes(StandardCharsets.UTF_8),
                        AT);
        assertThat(headers)
                .containsEntry("X-Amz-Date", "20150830T123600Z")
                .containsEntry(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/" + service
                                + "/aws4_request, SignedHeaders=" + signed + ", Signature=" + signature);
        assertThat(headers.containsKey("X-Amz-Security-Token")).isEqualTo(token);
    }
}
