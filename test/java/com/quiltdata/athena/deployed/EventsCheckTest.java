package com.quiltdata.athena.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.schema.QuiltBucket;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.EventBridgeConfiguration;

/** Which buckets snapshots cannot follow. */
class EventsCheckTest {
    private static final List<String> BUCKETS = List.of("events-sent", "events-silent");

    @Test
    void bucketsThatDoNotSendTheirEventsAreNamed() {
        BUCKETS.forEach(bucket -> SharedEmbeddedAws.s3().createBucket(create -> create.bucket(bucket)));
        SharedEmbeddedAws.s3()
                .putBucketNotificationConfiguration(put -> put.bucket(BUCKETS.getFirst())
                        .notificationConfiguration(configuration -> configuration.eventBridgeConfiguration(
                                EventBridgeConfiguration.builder().build())));

        Finding finding =
                new EventsCheck(BUCKETS.stream().map(QuiltBucket::new).toList(), SharedEmbeddedAws.s3()).find();

        assertThat(finding.message()).isEqualTo("1 of 2 buckets send their events to EventBridge");
        assertThat(finding.details())
                .singleElement()
                .asString()
                .contains("events-silent does not send its events to EventBridge");
    }
}
