package com.quiltdata.athena.local.clients;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Requests to services on loopback that there is no client of the AWS SDK for. They go through no proxy. */
final class LoopbackHttp {
    private LoopbackHttp() {}

    /**
     * An answer.
     *
     * @param status HTTP's
     * @param body its text
     */
    record Answer(int status, String body) {
        boolean isOk() {
            return status == HttpURLConnection.HTTP_OK;
        }
    }

    /**
     * Sends a request.
     *
     * @param headers name → value
     * @param body its text; empty for none
     * @return what is answered, whatever its status is
     */
    static Answer send(String method, URI uri, Map<String, String> headers, String body) {
        try {
            HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
            connection.setRequestMethod(method);
            // A POST that names no type counts as a form.
            connection.setRequestProperty("Content-Type", "application/json");
            headers.forEach(connection::setRequestProperty);
            if (!body.isEmpty()) {
                connection.setDoOutput(true);
                connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
            }
            int status = connection.getResponseCode();
            try (InputStream answer = status < HttpURLConnection.HTTP_BAD_REQUEST
                    ? connection.getInputStream()
                    : connection.getErrorStream()) {
                return new Answer(status, new String(answer.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + uri + " failed", e);
        }
    }
}
