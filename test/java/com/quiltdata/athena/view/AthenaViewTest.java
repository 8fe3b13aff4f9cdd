package com.quiltdata.athena.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.CdkLock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.athena.CfnWorkGroup;
import software.amazon.awscdk.services.glue.CfnTable;
import software.amazon.awscdk.services.s3.Bucket;

/** A view in somebody else's stack, which has its own workgroup, database and tables. */
@ExtendWith(CdkLock.class)
class AthenaViewTest {

    @Test
    void aViewIsMadeAfterItsPermissionsAndTheTableThatItReads() {
        Template template = shop("id int");

        template.hasResource(
                "Custom::AthenaView",
                Map.of(
                        "Properties",
                        Match.objectLike(Map.of(
                                "WorkGroup", Map.of("Ref", "WorkGroup"),
                                "Database", "shop",
                                "ViewName", "orders_by_day",
                                "Query", "SELECT \"day\", count(*) AS \"orders\" FROM \"orders\" GROUP BY \"day\"")),
                        "DependsOn",
                        Match.arrayWith(List.of("Orders"))));
        Map<String, Map<String, Object>> policies = template.findResources("AWS::IAM::ManagedPolicy");
        assertThat(policies).hasSize(1);
        template.hasResource(
                "Custom::AthenaView",
                Map.of(
                        "DependsOn",
                        Match.arrayWith(List.of(policies.keySet().iterator().next()))));
    }

    @Test
    void theHandlerMayDefineThatViewAndNoOther() {
        String policies =
                shop("id int").findResources("AWS::IAM::ManagedPolicy").toString();

        assertThat(policies)
                .contains("glue:CreateTable", ":table/shop/orders_by_day")
                .doesNotContain("*");
    }

    @Test
    void anotherTableMakesTheViewAnew() {
        assertThat(definitionsRead(shop("id int")))
                .isEqualTo(definitionsRead(shop("id int")))
                .isNotEqualTo(definitionsRead(shop("id bigint")));
    }

    private static Object definitionsRead(Template template) {
        Map<?, ?> view =
                template.findResources("Custom::AthenaView").values().iterator().next();
        return ((Map<?, ?>) view.get("Properties")).get("DefinitionsRead");
    }

    private static Template shop(String columns) {
        Stack stack = new Stack(new App(), "Shop");
        CfnWorkGroup workGroup =
                CfnWorkGroup.Builder.create(stack, "WorkGroup").name("shop").build();
        CfnTable orders = CfnTable.Builder.create(stack, "Orders")
                .catalogId(stack.getAccount())
                .databaseName("shop")
                .tableInput(CfnTable.TableInputProperty.builder().name("orders").build())
                .build();
        ViewGrants handler = AthenaViewProvider.of(stack).grants();
        handler.runStatements("shop", new Bucket(stack, "Results"));
        handler.readDefinitions("shop");
        handler.defineNamedViews("shop", List.of("orders_by_day"));
        AthenaView.Builder.create(stack, "OrdersByDay")
                .workGroup(workGroup.getRef())
                .database("shop")
                .viewName("orders_by_day")
                .query("SELECT \"day\", count(*) AS \"orders\" FROM \"orders\" GROUP BY \"day\"")
                .definitionsRead(List.of(columns))
                .dependencies(List.of(orders))
                .build();
        return Template.fromStack(stack);
    }
}
