import { type Policies, PolicyPack } from "@pulumi/policy";
import { knownProps } from "./known";
import { RULES } from "./rules";

const policies: Policies = RULES.map((rule) => {
  const { name, description } = rule;
  if ("resource" in rule) {
    return {
      name,
      description,
      enforcementLevel: "mandatory",
      validateResource: ({ urn, type, props }, report) => {
        for (const message of rule.resource({ urn, type, props: knownProps(props) })) report(message, urn);
      },
    };
  }
  return {
    name,
    description,
    enforcementLevel: "mandatory",
    validateStack: ({ resources }, report) => {
      const subjects = resources.map(({ urn, type, props }) => ({ urn, type, props: knownProps(props) }));
      for (const { urn, message } of rule.stack(subjects)) report(message, urn);
    },
  };
});

new PolicyPack("gourmetgram", { policies });
