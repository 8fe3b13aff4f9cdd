package com.quiltdata.athena.local.cloudformation;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.quiltdata.athena.TestFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CloudWatchRulesTest {
    private static final String ALARM = """
            {
              "EvaluationPeriods": 3,
              "Metrics": [
                {"Expression": "FILL(errors, 0)", "Id": "filled", "ReturnData": true},
                {
                  "Id": "errors",
                  "MetricStat": {
                    "Metric": {
                      "Dimensions": [{"Name": "FunctionName", "Value": "handler"}],
                      "MetricName": "Errors",
                      "Namespace": "AWS/Lambda"
                    },
                    "Period": 3600,
                    "Stat": "Sum"
                  },
                  "ReturnData": false
                }
              ]
            }
            """;

    private static final String BODY = """
            {
              "widgets": [
                {
                  "type": "metric", "x": 12, "y": 0, "width": 12, "height": 6,
                  "properties": {
                    "view": "timeSeries", "title": "Errors", "region": "eu-central-1",
                    "metrics": [
                      [{"expression": "errors * 2", "label": "twice", "period": 3600}],
                      ["AWS/Lambda", "Errors", "FunctionName", "handler", {"id": "errors", "period": 3600, "stat": "Sum"}]
                    ]
                  }
                }
              ]
            }
            """;

    @Test
    void takesWhatCloudWatchTakes() {
        assertThatCode(() -> new CloudWatchRules("Alarm").checkAlarm(TestFiles.json(ALARM)))
                .doesNotThrowAnyException();
        assertThatCode(() -> checkDashboard(BODY)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            "EvaluationPeriods": 3 | "EvaluationPeriods": 169      | 7 days of evaluation
            "Period": 3600         | "Period": 3601                | a period of whole minutes
            "FILL(errors, 0)"      | "FILL(error, 0)"              | an expression whose ids are there
            "FILL(errors, 0)"      | "SUM(SEARCH('{A,B}', 'Sum'))" | an expression
            "ReturnData": false    | "ReturnData": true            | one ReturnData
            "Id": "errors"         | "Id": "Errors"                | an id
            """)
    void refusesAnAlarmThatCloudWatchWouldRefuse(String part, String other, String rule) {
        assertThatThrownBy(() -> new CloudWatchRules("Alarm").checkAlarm(TestFiles.json(ALARM.replace(part, other))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Alarm: CloudWatch wants " + rule);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            "x": 12                   | "x": 13          | x and width within 24 columns
            "errors * 2"              | "errors * calls" | an expression whose ids are there
            "FunctionName", "handler" | "FunctionName"   | a namespace, a name, and dimensions with values
            """)
    void refusesADashboardThatCloudWatchWouldRefuse(String part, String other, String rule) {
        assertThatThrownBy(() -> checkDashboard(BODY.replace(part, other)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Dashboard: CloudWatch wants " + rule);
    }

    private static void checkDashboard(String body) {
        new CloudWatchRules("Dashboard")
                .checkDashboard(JsonNodeFactory.instance.objectNode().put("DashboardBody", body));
    }
}
