package com.quiltdata.athena.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.constructs.Construct;

/**
 * Limits how many constructs CloudFormation makes at once, where it would make all of them whose references are ready:
 * each waits for the one that was added so many before it. Chains of this kind are all that a template can say about
 * time.
 *
 * <p>They bound the load on Athena, whose quota of 20 active DDL queries is the whole account's, and on Lambda, whose
 * quota of concurrent executions can be as low as 10 in an account and is spent twice by each view, on the framework
 * and on the handler. A limit on the function itself would be no help: an invocation beyond it fails the custom
 * resource instead of waiting. What other users of the account
 * take of the quota is not known at synthesis; the handler waits until there is room again.
 *
 * <p>The numbers below make at most 15 views at once: {@value #VIEWS} in a stack, and {@value #NESTED_STACKS} nested stacks.
 * They do not depend on how many there are of either, so that a new nested stack changes no other one's template.
 *
 * <p>A construct that is added or left out moves the chain of those after it. That changes what they wait for, and
 * neither their ids nor their properties, so that CloudFormation updates none of them. When the stack is deleted, the
 * chains are followed from the other end.
 */
public final class ConcurrencyLimit {

    /** How many views of one stack are made at once. */
    public static final int VIEWS = 5;

    /** How many nested stacks are made at once. */
    public static final int NESTED_STACKS = 3;

    private final int limit;
    private final List<Construct> constructs = new ArrayList<>();

    /**
     * Begins without constructs.
     *
     * @param limit how many may be made at once
     */
    public ConcurrencyLimit(int limit) {
        this.limit = limit;
    }

    /**
     * Says what the next construct has to wait for.
     *
     * @return the construct added {@code limit} calls ago, if there is one
     */
    public Optional<Construct> predecessor() {
        return constructs.size() < limit ? Optional.empty() : Optional.of(constructs.get(constructs.size() - limit));
    }

    /** Adds a construct, which depends on the {@link #predecessor()} there was until now. */
    public void add(Construct construct) {
        constructs.add(construct);
    }
}
