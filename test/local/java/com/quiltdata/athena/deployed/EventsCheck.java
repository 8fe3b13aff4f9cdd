package com.quiltdata.athena.deployed;

import com.quiltdata.athena.deployed.Finding.Details;
import com.quiltdata.athena.schema.QuiltBucket;
import java.util.List;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The Quilt buckets send their events to EventBridge, where snapshots follow them. */
record EventsCheck(List<QuiltBucket> buckets, S3Client s3) implements Check {

    @Override
    public Finding find() {
        Details details = new Details();
        for (QuiltBucket bucket : buckets) {
            try {
                if (s3.getBucketNotificationConfiguration(get -> get.bucket(bucket.name()))
                                .eventBridgeConfiguration()
                        == null) {
                    details.fail(
                            "%s does not send its events to EventBridge: see docs/query/snapshots.md", bucket.name());
                }
            } catch (S3Exception e) {
                details.notChecked("%s: %s", bucket.name(), Refusals.reason(e));
            }
        }
        String message = "%d of %d buckets send their events to EventBridge"
                .formatted(buckets.size() - details.all().size(), buckets.size());
        return details.finding(message, message);
    }
}
