"""The pages on the local cloud, deployed as a developer would, over a gateway that knows the sample."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from milkrun.local.cloud import LocalCloud
from tests.support.browser import chromium
from tests.support.pages import FEATURED, SampleGraph, gateway_with
from tests.support.sam import Sam

ACCOUNT = "444444444444"


@dataclass(frozen=True)
class Site:
    """The deployed site, the graph behind it, and how to reach both."""

    url: str
    host: str
    edge: str
    endpoint: str
    graph: SampleGraph


@pytest.fixture(scope="session")
def site(local_cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    host = "www.imdb.localhost"
    url = f"http://{host}:{local_cloud.edge_url.rsplit(':', 1)[1]}"
    credentials = {
        "AWS_ENDPOINT_URL": local_cloud.endpoint_url,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "local-cloud",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    sam = Sam(tmp_path_factory.mktemp("built"), credentials)
    graph = SampleGraph()
    with gateway_with(graph) as origin:
        parameters = {
            "Target": "imdb",
            "Release": "r-1",
            "DomainName": host,
            "HostedZoneName": host,
            "ServiceUrl": url,
            "GatewayUrl": f"{origin}/graphql",
            "ImagesOrigin": origin,
            "Featured": ",".join(FEATURED),
        }
        sam.deploy("imdb-web", sam.build("imdb-web"), parameters)
        yield Site(url, host, local_cloud.edge_url, local_cloud.endpoint_url, graph)


@pytest.fixture
def graph(site: Site) -> Iterator[SampleGraph]:
    """The graph behind the site; whatever a test breaks is whole again for the next."""
    yield site.graph
    site.graph.broken.clear()
    site.graph.changed.clear()


# Not for the session: while Playwright runs, its event loop is that of the thread, and nothing else can have one there.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found
