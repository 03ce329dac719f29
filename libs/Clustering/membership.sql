-- Orleans ADO.NET membership on PostgreSQL: own schema behind the provider's query keys.
-- The provider runs "select QueryKey, QueryText from OrleansQuery" and then only those texts,
-- so the connection string carries "Search Path=orleans".
create schema if not exists orleans;
set search_path = orleans;

create table if not exists cluster (
    deployment_id text primary key,
    version       int not null default 0
);

create table if not exists silo (
    deployment_id   text not null references cluster on delete cascade,
    address         text not null,
    port            int not null,
    generation      int not null,
    silo_name       text not null,
    host_name       text not null,
    status          int not null,
    proxy_port      int,
    suspect_times   text,
    start_time      timestamptz not null,
    i_am_alive_time timestamptz not null,
    primary key (deployment_id, address, port, generation)
);

create table if not exists OrleansQuery (QueryKey text primary key, QueryText text not null);

insert into OrleansQuery values
('GatewaysQueryKey', $q$
    select address as Address, proxy_port as ProxyPort, generation as Generation
    from silo where deployment_id = @DeploymentId and status = @Status and proxy_port > 0 $q$),
('MembershipReadAllKey', $q$
    select s.address as Address, s.port as Port, s.generation as Generation, s.silo_name as SiloName, s.host_name as HostName,
           s.status as Status, s.proxy_port as ProxyPort, s.suspect_times as SuspectTimes, s.start_time as StartTime,
           s.i_am_alive_time as IAmAliveTime, c.version as Version
    from cluster c left join silo s using (deployment_id) where c.deployment_id = @DeploymentId $q$),
('MembershipReadRowKey', $q$
    select s.address as Address, s.port as Port, s.generation as Generation, s.silo_name as SiloName, s.host_name as HostName,
           s.status as Status, s.proxy_port as ProxyPort, s.suspect_times as SuspectTimes, s.start_time as StartTime,
           s.i_am_alive_time as IAmAliveTime, c.version as Version
    from cluster c left join silo s on s.deployment_id = c.deployment_id
         and s.address = @Address and s.port = @Port and s.generation = @Generation
    where c.deployment_id = @DeploymentId $q$),
('InsertMembershipVersionKey', $q$
    with added as (insert into cluster (deployment_id) values (@DeploymentId) on conflict do nothing returning 1)
    select exists (select from added) $q$),
('InsertMembershipKey', $q$
    with bumped as (
        update cluster set version = version + 1 where deployment_id = @DeploymentId and version = @Version
        and not exists (select from silo where deployment_id = @DeploymentId and address = @Address and port = @Port and generation = @Generation)
        returning 1),
    added as (
        insert into silo (deployment_id, address, port, generation, silo_name, host_name, status, proxy_port, start_time, i_am_alive_time)
        select @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime from bumped
        returning 1)
    select exists (select from added) $q$),
('UpdateMembershipKey', $q$
    with bumped as (update cluster set version = version + 1 where deployment_id = @DeploymentId and version = @Version returning 1),
    changed as (
        update silo set status = @Status, suspect_times = @SuspectTimes, i_am_alive_time = @IAmAliveTime
        where deployment_id = @DeploymentId and address = @Address and port = @Port and generation = @Generation and exists (select from bumped)
        returning 1)
    select exists (select from changed) $q$),
('UpdateIAmAlivetimeKey', $q$
    update silo set i_am_alive_time = @IAmAliveTime
    where deployment_id = @DeploymentId and address = @Address and port = @Port and generation = @Generation $q$),
('DeleteMembershipTableEntriesKey', $q$ delete from cluster where deployment_id = @DeploymentId $q$),
('CleanupDefunctSiloEntriesKey', $q$
    delete from silo where deployment_id = @DeploymentId and i_am_alive_time < @IAmAliveTime and status <> 3 $q$)
on conflict (QueryKey) do update set QueryText = excluded.QueryText;
