package com.quiltdata.athena.local.s3;

import com.adobe.testing.s3mock.s3.controller.ControllerConfiguration;
import com.adobe.testing.s3mock.s3.service.ServiceConfiguration;
import com.adobe.testing.s3mock.s3.store.StoreConfiguration;
import com.quiltdata.athena.local.protocol.LocalAccount;
import jakarta.servlet.Filter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.tomcat.TomcatConnectorCustomizer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.Ordered;

/**
 * The one port of the embedded services: an S3 on loopback, with filters before it that answer what is not for it.
 *
 * <p>S3Mock's own application class is not used, because it opens further ports, on every interface.
 */
public final class FrontServer implements AutoCloseable {
    private final ConfigurableApplicationContext context;

    private FrontServer(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /**
     * Starts the server, with no bucket in it.
     *
     * @param port the port on 127.0.0.1, or 0 for any free one
     * @param directory where objects are kept; its owner removes it when the server is closed
     * @param filters answer what is not for S3, the first one first
     */
    public static FrontServer start(int port, Path directory, List<Filter> filters) {
        // Spring Boot would otherwise set up the logging of the whole process anew.
        System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
        ConfigurableApplicationContext context = new SpringApplicationBuilder(S3.class)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .registerShutdownHook(false)
                .properties(Map.of(
                        "server.address",
                        "127.0.0.1",
                        "server.port",
                        port,
                        // A thread for each request, so that clients that stall take none from others.
                        "spring.threads.virtual.enabled",
                        "true",
                        "com.adobe.testing.s3mock.store.region",
                        LocalAccount.REGION,
                        "com.adobe.testing.s3mock.store.root",
                        directory.toString()))
                .initializers(
                        new FilterInitializer(Stream.concat(filters.stream(), Stream.of(new ChecksumHeaders(directory)))
                                .toList())::register,
                        starting -> starting.getBeanFactory().addBeanPostProcessor(new BucketKeys(directory.toFile())))
                .run();
        return new FrontServer(context);
    }

    /** Returns where the server answers. */
    public URI endpoint() {
        int port = ((WebServerApplicationContext) context).getWebServer().getPort();
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Stops the server. */
    @Override
    public void close() {
        context.close();
    }

    private record FilterInitializer(List<Filter> filters) {
        void register(ConfigurableApplicationContext context) {
            for (int i = 0; i < filters.size(); i++) {
                FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>(filters.get(i));
                registration.setOrder(Ordered.HIGHEST_PRECEDENCE + i);
                ((GenericApplicationContext) context)
                        .registerBean("filter" + i, FilterRegistrationBean.class, () -> registration);
            }
        }
    }

    /** S3Mock's parts, on the web server that Spring Boot sets up. */
    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({ControllerConfiguration.class, ServiceConfiguration.class, StoreConfiguration.class})
    static class S3 {
        /** Keys may hold an encoded slash and a backslash. */
        @Bean
        TomcatConnectorCustomizer keysWithSlashes() {
            return connector -> {
                connector.setEncodedSolidusHandling(EncodedSolidusHandling.DECODE.getValue());
                connector.setAllowBackslash(true);
            };
        }
    }
}
