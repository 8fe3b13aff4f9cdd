package com.quiltdata.athena.view;

import java.util.List;
import java.util.Map;

/**
 * Conditions of policy statements on how a request comes.
 *
 * @see <a href="https://docs.aws.amazon.com/athena/latest/ug/security-iam-athena-calledvia.html">CalledVia context keys
 *     for Athena</a>
 * @see <a href="https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service">
 *     kms:ViaService</a>
 */
public final class RequestConditions {

    /** Athena makes the request, with the permissions and on behalf of who runs a query. Its name has no region. */
    public static final Map<String, Map<String, Object>> BY_ATHENA =
            Map.of("ForAnyValue:StringEquals", Map.of("aws:CalledVia", "athena.amazonaws.com"));

    /**
     * Amazon S3 makes the request, to decrypt or encrypt an object that somebody reads or writes. The rest of the name
     * is a region, the key's own, which need not be the stack's, and a partition's domain.
     */
    public static final Map<String, Map<String, Object>> BY_S3 = Map.of("StringLike", Map.of("kms:ViaService", "s3.*"));

    /** What S3 does with the key when results are written, decrypting to put the parts of an upload together, and read. */
    public static final List<String> RESULT_KEY_ACTIONS = List.of("kms:Decrypt", "kms:GenerateDataKey");

    /** AWS Glue makes the request, to decrypt or encrypt a definition in its Data Catalog that somebody reads or writes. */
    public static final Map<String, Map<String, Object>> BY_GLUE =
            Map.of("StringLike", Map.of("kms:ViaService", "glue.*"));

    /**
     * What everybody who uses Athena needs on the key of an encrypted Data Catalog.
     *
     * @see <a href="https://docs.aws.amazon.com/athena/latest/ug/access-encrypted-data-glue-data-catalog.html">Access
     *     from Athena to encrypted metadata in the Data Catalog</a>
     */
    public static final List<String> CATALOG_KEY_ACTIONS = List.of("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey");

    private RequestConditions() {}
}
