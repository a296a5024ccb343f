"""The gateway on the local cloud, over a registry and graphlets that are deployed as a developer would."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import batched
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import urllib3

from milkrun.catalogue.files import KINDS
from milkrun.catalogue.folder import SAMPLE, find_files
from milkrun.catalogue.reader import TableReader
from milkrun.local.cloud import LocalCloud
from tests.support.aws import Aws, eventually
from tests.support.edge import Answer, request
from tests.support.sam import Sam

ACCOUNT, REGION = "444444444403", "us-east-1"
HOST = "graphql.gateway-test.localhost"
GRAPHLETS = ("people", "titles", "ratings")
IMPORTS = {"name.basics": "people", "title.basics": "titles", "title.ratings": "ratings"}
LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requiresScopes"])\n'
ROWS_AT_ONCE = 500
_HTTP = urllib3.PoolManager(timeout=urllib3.Timeout(connect=3, read=30), retries=False)


@dataclass
class Graph:
    """The deployed gateway as its clients and its operators reach it."""

    aws: Aws
    edge: str
    sam: Sam

    @property
    def bucket(self) -> str:
        return f"imdb-registry-{ACCOUNT}-{REGION}"

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return f"http://{HOST}:{self.edge.rsplit(':', 1)[1]}/"

    def ask(self, query: str, variables: Mapping[str, Any] | None = None, **headers: str) -> dict[str, Any]:
        """The GraphQL response to a POST through the edge, which must be a 200."""
        answer = self.post(query, variables, **headers)
        assert answer.status == 200, answer.body
        found: dict[str, Any] = answer.json
        return found

    def post(self, query: str, variables: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        body = json.dumps({"query": query, "variables": variables or {}})
        said = {"content_type": "application/json", "accept": "application/json", "x_client_name": "test"} | headers
        return request(self.edge, HOST, "/graphql", "POST", body, **said)

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        return request(self.edge, HOST, path, method, None, **headers)

    def generation(self) -> int:
        """Of the supergraph that answers."""
        answer = self.get("/health")
        assert answer.status == 200, answer.body
        return int(answer.json["generation"])

    def submit(self, graphlet: str, sdl: str, phase: str = "publish", url: str = "") -> dict[str, Any]:
        """The registry's verdict on a schema that no stack has submitted."""
        name = f"test-{phase}-{uuid4()}"
        sent = {"id": name, "graphlet": graphlet, "phase": phase, "sdl": sdl, "release": name}
        body = json.dumps({**sent, "url": url or f"lambda:imdb-{graphlet}-graphlet"}).encode()
        s3 = self.aws.client("s3")
        s3.put_object(Bucket=self.bucket, Key=f"submissions/{graphlet}/{name}.json", Body=body)

        def verdict() -> dict[str, Any] | None:
            try:
                found = s3.get_object(Bucket=self.bucket, Key=f"verdicts/{graphlet}/{name}.json")
            except s3.exceptions.NoSuchKey:
                return None
            told: dict[str, Any] = json.loads(found["Body"].read())
            return told

        return eventually(verdict, seconds=60, what=f"the verdict on {name}")

    def token(self, scope: str) -> str:
        """An access token of the partner's client."""
        outputs = self.aws.outputs("imdb-gateway")
        ids = {"UserPoolId": outputs["UserPoolId"], "ClientId": outputs["PartnerClientId"]}
        client = self.aws.client("cognito-idp").describe_user_pool_client(**ids)["UserPoolClient"]
        basic = base64.b64encode(f"{client['ClientId']}:{client['ClientSecret']}".encode()).decode()
        body = urlencode({"grant_type": "client_credentials", "scope": scope})
        headers = {"authorization": f"Basic {basic}", "content-type": "application/x-www-form-urlencoded"}
        reply = _HTTP.request("POST", f"{self.aws.endpoint}/oauth2/token", body=body.encode(), headers=headers)
        return str(json.loads(reply.data)["access_token"])

    def lines(self, message: str, **facts: Any) -> list[dict[str, Any]]:
        """Lines of the gateway's log with this message and these facts."""
        logs = self.aws.client("logs")
        (group,) = (
            one["logGroupName"]
            for one in logs.describe_log_groups()["logGroups"]
            if "GatewayLogGroup" in one["logGroupName"]
        )
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        texts = (event["message"] for page in pages for event in page["events"])
        found = (json.loads(text) for text in texts if text.startswith("{"))
        return [one for one in found if one.get("message") == message and facts.items() <= one.items()]

    def smoke(self) -> dict[str, Any]:
        found: dict[str, Any] = self.aws.invoke(
            self.aws.outputs("imdb-gateway")["SmokeFunctionName"], {"release": "r-1", "target": "imdb"}
        )
        return found


@pytest.fixture(scope="session")
def graph(local_cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """Registry, three graphlets with the sample in them, and the gateway."""
    credentials = {
        "AWS_ENDPOINT_URL": local_cloud.endpoint_url,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "local-cloud",
        "AWS_DEFAULT_REGION": REGION,
    }
    sam = Sam(tmp_path_factory.mktemp("built"), credentials)
    common = {"Target": "imdb", "Release": "r-1", "DeletionProtection": "false"}
    special = {"ratings": {"Origin": "table"}, "gateway": gateway_parameters(local_cloud.edge_url)}
    for name in ("registry", *GRAPHLETS, "gateway"):
        sam.deploy(f"imdb-{name}", sam.build(f"imdb-{name}"), common | special.get(name, {}))
    found = Graph(Aws(local_cloud.endpoint_url, ACCOUNT), local_cloud.edge_url, sam)
    for file, graphlet in IMPORTS.items():
        load(found.aws, graphlet, file)
    yield found
    for name in ("gateway", *reversed(GRAPHLETS), "registry"):
        found.aws.client("cloudformation").delete_stack(StackName=f"imdb-{name}")


def gateway_parameters(edge: str) -> dict[str, str]:
    return {
        "DomainName": HOST,
        "ServiceUrl": f"http://{HOST}:{edge.rsplit(':', 1)[1]}",
        "CorsOrigins": "https://www.imdb.example",
        "Owners": "people=catalogue-people,titles=catalogue-titles,ratings=catalogue-ratings",
        "UsageSeconds": "1",
        "FetchSeconds": "10",  # a graphlet's first answer, on a machine that has much to do
        "FetchSecondsByGraphlet": "slow=1",
    }


def load(aws: Aws, graphlet: str, file: str) -> None:
    """The sample's rows of a file, as the loader sends them."""
    with TableReader(find_files(SAMPLE)[file], KINDS[file]) as reader:
        found = [row for _, row in reader]
    for some in batched(found, ROWS_AT_ONCE, strict=False):
        assert aws.invoke(f"imdb-{graphlet}-import", {"file": file, "rows": some})["written"] == len(some)


@pytest.fixture
def graphlet(graph: Graph) -> Iterator[Callable[[str, str, str], None]]:
    """Publishes a graphlet of the test's own, a name, an SDL and the source of its function; withdrawn at the end."""
    made: list[str] = []

    def publish(name: str, sdl: str, source: str, function: str = "") -> None:
        url = function or f"imdb-{name}-graphlet"
        graph.aws.function(url, source, Timeout=20)
        verdict = graph.submit(name, LINK + sdl, url=f"lambda:{url}")
        assert verdict["accepted"] is True, verdict
        made.append(name)
        eventually(lambda: graph.generation() >= verdict["supergraph"], seconds=10, what=f"{name} being served")

    yield publish
    for name in made:
        graph.submit(name, "", "withdraw")
