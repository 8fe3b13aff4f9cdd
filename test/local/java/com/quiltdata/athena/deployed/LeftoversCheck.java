package com.quiltdata.athena.deployed;

import com.quiltdata.athena.deployed.CatalogCheck.Catalog;
import com.quiltdata.athena.deployed.Finding.Details;
import com.quiltdata.athena.schema.BucketTable;
import com.quiltdata.athena.schema.BucketView;
import com.quiltdata.athena.schema.QuiltBucket;
import com.quiltdata.athena.schema.SnapshotTable;
import com.quiltdata.athena.schema.SnapshotView;
import com.quiltdata.athena.schema.ViewOfBuckets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.cloudformation.CloudFormationClient;
import software.amazon.awssdk.services.cloudformation.model.ResourceStatus;
import software.amazon.awssdk.services.cloudformation.model.Stack;
import software.amazon.awssdk.services.cloudformation.model.StackDriftStatus;
import software.amazon.awssdk.services.cloudformation.model.StackResourceDriftStatus;
import software.amazon.awssdk.services.cloudformation.model.StackStatus;
import software.amazon.awssdk.services.cloudformation.model.StackSummary;

/** Nothing is there that no configuration names, and nothing has been changed beside the stack. */
record LeftoversCheck(Deployment deployment, Catalog catalog, CloudFormationClient cloudFormation) implements Check {

    @Override
    public Finding find() {
        Details details = new Details();
        List.<Runnable>of(() -> tablesAndViews(details), () -> earlierStacks(details), () -> drift(details))
                .forEach(part -> {
                    try {
                        part.run();
                    } catch (NotCheckedException | SdkException e) {
                        details.notChecked(Refusals.reason(e));
                    }
                });
        return details.finding(
                "Nothing is left from before, as far as it was looked for",
                "Not of this deployment, or changed beside it: " + Finding.count(details.failures(), "thing"));
    }

    /** A name that this project makes, and that the deployment does not. */
    private void tablesAndViews(Details details) {
        Set<String> deployed = deployment.tablesAndViews();
        List<String> others = catalog.tables().keySet().stream()
                .filter(name -> !deployed.contains(name))
                .toList();
        List<String> left = others.stream().filter(LeftoversCheck::isOurs).toList();
        left.forEach(name -> details.fail("%s is in the database, and no template has it", name));
        if (others.size() > left.size()) {
            details.note("The database also has tables and views of other people: %,d", others.size() - left.size());
        }
    }

    private static boolean isOurs(String name) {
        return name.equals(SnapshotTable.NAME) || suffixes().anyMatch(name::endsWith);
    }

    private static Stream<String> suffixes() {
        QuiltBucket any = new QuiltBucket("any");
        Stream<String> tables = Stream.of(BucketTable.values())
                .map(table -> table.nameIn(any).substring(any.tablePrefix().length()));
        Stream<ViewOfBuckets> views = Stream.concat(Stream.of(BucketView.values()), Stream.of(SnapshotView.values()));
        return Stream.concat(tables, views.map(ViewOfBuckets::suffix));
    }

    /** CloudFormation tells of deleted stacks for 90 days. */
    private void earlierStacks(Details details) {
        Set<String> present = deployment
                .all()
                .flatMap(part -> part.physicalIds().values().stream())
                .collect(Collectors.toSet());
        String name = deployment.stack().stackName();
        List<StackSummary> deleted = cloudFormation
                .listStacksPaginator(list -> list.stackStatusFilters(StackStatus.DELETE_COMPLETE))
                .stackSummaries()
                .stream()
                .filter(stack ->
                        stack.stackName().equals(name) || stack.stackName().startsWith(name + "-"))
                .toList();
        for (StackSummary stack : deleted) {
            cloudFormation
                    .listStackResourcesPaginator(list -> list.stackName(stack.stackId()))
                    .stackResourceSummaries()
                    .stream()
                    .filter(resource -> resource.resourceStatus() == ResourceStatus.DELETE_SKIPPED)
                    .filter(resource ->
                            resource.physicalResourceId() != null && !present.contains(resource.physicalResourceId()))
                    .forEach(resource -> details.note(
                            "%s %s has stayed when %s was deleted, at %s",
                            resource.resourceType(),
                            resource.physicalResourceId(),
                            stack.stackName(),
                            stack.deletionTime()));
        }
    }

    /** It is not looked for: that would be a change. */
    private void drift(Details details) {
        deployment.all().map(Deployment::stack).forEach(stack -> {
            StackDriftStatus status = stack.driftInformation().stackDriftStatus();
            if (status == StackDriftStatus.DRIFTED) {
                drifted(stack, details);
            } else if (status != StackDriftStatus.IN_SYNC && stack.parentId() == null) {
                details.note("Nobody has looked for drift yet; .ci/drift does");
            }
        });
    }

    private void drifted(Stack stack, Details details) {
        cloudFormation
                .describeStackResourceDriftsPaginator(describe -> describe.stackName(stack.stackId())
                        .stackResourceDriftStatusFilters(
                                StackResourceDriftStatus.MODIFIED, StackResourceDriftStatus.DELETED))
                .stream()
                .flatMap(page -> page.stackResourceDrifts().stream())
                .forEach(drift -> details.fail(
                        "%s: %s %s has drifted: %s",
                        stack.stackName(),
                        drift.resourceType(),
                        drift.physicalResourceId(),
                        drift.stackResourceDriftStatusAsString()));
    }
}
