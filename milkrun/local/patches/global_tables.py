"""DynamoDB: a GlobalTable of a stack has the replicas that the template lists.

The gap: `Replicas` is ignored, there is one table in the stack's own Region.
AWS: CloudFormation creates a replica in every Region of the list, adds and removes them with an update of the stack,
and removes all with the resource.
Conformance: tests/integration/local/test_global_tables.py

The emulator replicates tables whose replicas were made through UpdateTable; that is what is done here.
"""

from typing import Any

from milkrun.local.patches import hooks

Regions = set[str]


def apply() -> None:
    """Make, change and remove replicas with the resource."""
    hooks.when_imported("ministack.services.cloudformation.provisioners", _patch)


def _patch(provisioners: hooks.Module) -> None:
    handlers = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::GlobalTable"]
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def create_with_replicas(logical_id: str, props: Any, stack_name: str) -> Any:
        name, attributes = create(logical_id, props, stack_name)
        _change(provisioners, name, set(), replicas_of(props))
        return name, attributes

    def update_with_replicas(physical_id: str, old: Any, new: Any, stack_name: str) -> Any:
        name, attributes = update(physical_id, old, new, stack_name)
        _change(provisioners, name, replicas_of(old) if name == physical_id else set(), replicas_of(new))
        return name, attributes

    def delete_with_replicas(physical_id: str, props: Any) -> Any:
        _change(provisioners, physical_id, replicas_of(props), set())
        return delete(physical_id, props)

    handlers.update(create=create_with_replicas, update=update_with_replicas, delete=delete_with_replicas)


def replicas_of(props: Any) -> Regions:
    """The Regions that the template lists."""
    return {replica["Region"] for replica in (props or {}).get("Replicas", [])}


def _change(provisioners: hooks.Module, table: str, old: Regions, new: Regions) -> None:
    here = {provisioners.get_region()}
    updates = [{"Create": {"RegionName": region}} for region in sorted(new - old - here)]
    updates += [{"Delete": {"RegionName": region}} for region in sorted(old - new - here)]
    for update in updates:
        provisioners._ddb_update_call({"TableName": table, "ReplicaUpdates": [update]})
