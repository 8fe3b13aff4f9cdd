package com.quiltdata.athena.local.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;

/** What a web page can make a browser send to this machine, and what a client can keep waiting. */
class LocalRequestsTest {
    private static final String BUCKET = "local-requests-test";

    /** More than a web server usually has threads. */
    private static final int STALLED = 250;

    private final List<Socket> sockets = new ArrayList<>();

    @BeforeAll
    static void makeBucket() {
        SharedEmbeddedAws.s3().createBucket(create -> create.bucket(BUCKET));
        SharedEmbeddedAws.s3().putObject(put -> put.bucket(BUCKET).key("secret"), RequestBody.fromString("text"));
    }

    @AfterEach
    void closeSockets() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Host: evil.example                           | Host
            Host: 127.0.0.1.evil.example                 | Host
            Host: localhost.evil.example                 | Host
            Host: 127.0.0.1~Origin: https://evil.example | Origin
            Host: 127.0.0.1~Origin: null                 | Origin
            Host: 127.0.0.1:1~Origin: http://127.0.0.1:2 | Origin
            Host: 127.0.0.1~Sec-Fetch-Site: cross-site   | Sec-Fetch-Site
            Host: 127.0.0.1~Sec-Fetch-Site: same-site    | Sec-Fetch-Site
            """)
    void aForeignRequestIsRefusedByEveryService(String headers, String culprit) throws IOException {
        for (String request : List.of(
                "GET /%s/secret HTTP/1.1".formatted(BUCKET),
                "OPTIONS /%s/secret HTTP/1.1~Access-Control-Request-Method: PUT".formatted(BUCKET),
                "POST / HTTP/1.1~X-Amz-Target: AWSGlue.GetDatabases")) {
            String answer = send(request + "~" + headers + "~Content-Length: 0~Connection: close~~");

            assertThat(answer)
                    .as(request)
                    .startsWith("HTTP/1.1 403 ")
                    .endsWith("Refused: the header " + culprit + " is not this machine's own.\n")
                    .doesNotContainIgnoringCase("Access-Control-Allow-Origin");
        }
    }

    @Test
    void aFormOfAnotherSiteWritesNothing() throws IOException {
        String form = "--b~Content-Disposition: form-data; name=\"key\"~~planted~--b~"
                + "Content-Disposition: form-data; name=\"file\"; filename=\"f\"~~text~--b--~";
        String answer = send("POST /%s/ HTTP/1.1~Host: 127.0.0.1~Origin: https://evil.example~".formatted(BUCKET)
                + "Content-Type: multipart/form-data; boundary=b~Connection: close~Content-Length: "
                + form.replace("~", "\r\n").length() + "~~" + form);

        assertThat(answer).startsWith("HTTP/1.1 403 ");
        assertThat(SharedEmbeddedAws.s3()
                        .listObjectsV2(list -> list.bucket(BUCKET).prefix("planted"))
                        .contents())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: 127.0.0.1",
                "Host: localhost:4566",
                "Host: [::1]:4566",
                "Host: localhost:1~Origin: http://localhost:1",
                "Host: localhost~Sec-Fetch-Site: none",
            })
    void aRequestOfThisMachineIsAnswered(String headers) throws IOException {
        assertThat(send("GET /%s/secret HTTP/1.1~%s~Connection: close~~".formatted(BUCKET, headers)))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("text");
    }

    @Test
    void requestsThatStallDoNotBlockOthers() throws IOException {
        for (int number = 0; number < STALLED; number++) {
            open("POST / HTTP/1.1~Host: 127.0.0.1~X-Amz-Target: AWSGlue.GetDatabases~Content-Length: 100~~{");
        }

        assertThat(SharedEmbeddedAws.athena()
                        .listWorkGroups(
                                list -> list.overrideConfiguration(call -> call.apiCallTimeout(Duration.ofSeconds(25))))
                        .workGroups())
                .isNotEmpty();
    }

    private String send(String request) throws IOException {
        return new String(open(request).getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Sends a request whose lines end in a tilde. */
    private Socket open(String request) throws IOException {
        Socket socket = new Socket("127.0.0.1", SharedEmbeddedAws.endpoint().getPort());
        sockets.add(socket);
        socket.getOutputStream().write(request.replace("~", "\r\n").getBytes(StandardCharsets.UTF_8));
        return socket;
    }
}
