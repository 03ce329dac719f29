using Platform.Catalog.Gguf;
using Platform.Catalog.Operators;

namespace Platform.Catalog.Hub;

public enum PullStage { Asking, Downloading, Checking, Done }

/// <summary>What to pull: <c>owner/name</c>, with <c>:file</c> or <c>:quantisation</c> behind it where the choice is not left to the platform.</summary>
/// <param name="Id">Name in the API; null: from the file's name.</param>
public sealed record PullRequest(string Repository, string? File = null, string Revision = "main", string? Id = null)
{
    /// <exception cref="CatalogException">It names no repository.</exception>
    public static PullRequest Parse(string reference, string? revision = null, string? id = null)
    {
        var colon = reference.IndexOf(':', StringComparison.Ordinal);
        var (repo, file) = colon < 0 ? (reference, null) : (reference[..colon], reference[(colon + 1)..]);
        if (!HubRepository.IsName(repo)) throw new CatalogException($"\"{repo}\" is no repository: owner/name is expected, e.g. Qwen/Qwen2.5-0.5B-Instruct-GGUF.");
        return file is "" ? throw new CatalogException($"\"{reference}\" names no file behind the colon.") : new PullRequest(repo, file, revision ?? "main", id);
    }
}

/// <summary>One pull from the hub into the operator's catalogue; its properties may be read while it runs.</summary>
public sealed class ModelPull(PullRequest request, CatalogOptions catalog, HubOptions options)
{
    /// <summary>Room a disk keeps.</summary>
    private const long Spare = 256 << 20;

    private readonly CatalogOptions catalog = catalog.Resolve();
    private long settled;
    private PartialFile? partial;
    private long hashed;

    public PullRequest Request => request;
    public PullStage Stage { get; private set; }

    /// <summary>Name of the chosen file, or of the first part of a split one.</summary>
    public string? File { get; private set; }

    /// <summary>Why that one.</summary>
    public string? Reason { get; private set; }

    public long BytesTotal { get; private set; }

    /// <summary>Of <see cref="BytesTotal"/>; what an earlier attempt has left counts.</summary>
    public long BytesDone => Stage == PullStage.Done ? BytesTotal : settled + (partial?.Arrived ?? 0);

    /// <summary>Of the file that is being compared with its hash.</summary>
    public long BytesChecked => Interlocked.Read(ref hashed);

    internal Func<string, long> FreeSpace { get; init; } = folder => new DriveInfo(folder).AvailableFreeSpace;
    internal long Memory { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Fetches, checks and enters the model.</summary>
    /// <exception cref="CatalogException">It can't be had; the message says why and what would help. What has arrived is kept for the next attempt.</exception>
    public async Task<CatalogModel> Run(CancellationToken cancellation)
    {
        using var hub = new HubClient(options);
        var repo = await hub.Read(request.Repository, request.Revision, cancellation);
        var choice = VariantChoice.Make(repo, request.File, Memory);
        (File, Reason, BytesTotal) = (choice.Variant.Name, choice.Reason, choice.Variant.Bytes);
        var targets = choice.Variant.Files.Select(file => (File: file, Target: TargetOf(file))).ToList();
        CheckDisk(targets);

        Stage = PullStage.Downloading;
        foreach (var (file, target) in targets) await Fetch(hub, repo, file, target, cancellation);

        Stage = PullStage.Checking;
        var known = targets.Select(target => new ModelFile(target.Target, target.File.Sha256!, target.File.Bytes)).ToList();
        VerifiedFiles.Read(catalog.OperatorFile).Remember(known);
        var described = GgufModel.Describe(known, request.Id);
        var model = described with
        {
            License = repo.License.Length > 0 ? repo.License : described.License,
            Owner = repo.Owner,
            Created = repo.Created?.ToUnixTimeSeconds() ?? described.Created,
            Source = $"{options.Endpoint.TrimEnd('/')}/{repo.Name}/blob/{repo.Commit}/{choice.Variant.Name}",
        };
        new OperatorFile(catalog).Add(model);
        Stage = PullStage.Done;
        return model;
    }

    private async Task Fetch(HubClient hub, HubRepository repo, HubFile file, string target, CancellationToken cancellation)
    {
        if (new FileInfo(target) is { Exists: true } found && found.Length == file.Bytes && await VerifiedFiles.Read(catalog.OperatorFile).HashAsync(target, cancellation) == file.Sha256)
        {
            settled += file.Bytes;
            return;
        }

        using var download = PartialFile.Open(target, file, options.PartBytes);
        partial = download;
        try
        {
            await new FileDownload(hub, options, repo, file, download).Run(cancellation);
            Stage = PullStage.Checking;
            if (await download.Hash(bytes => Interlocked.Exchange(ref hashed, bytes), cancellation) is var actual && actual != file.Sha256)
            {
                download.Delete();
                throw new CatalogException($"{file.Path} arrived with the SHA-256 {actual}, not {file.Sha256} as {options.Endpoint} says: it was thrown away. Pull again; if that repeats, the hub or something on the way changes it.");
            }

            download.Complete(target);
            settled += file.Bytes;
            Stage = PullStage.Downloading;
        }
        catch (IOException e) when (e is not EndOfStreamException)
        {
            download.Dispose(); // what it keeps is what the next attempt has
            var (kept, free) = (PartialFile.ArrivedBefore(target, file), FreeSpace(catalog.ModelsFolder));
            throw new CatalogException($"{target} can't be written: {e.Message.TrimEnd('.')}. {ByteSize.Of(BytesTotal - settled - kept)} more are needed, and the disk has {ByteSize.Of(free)} free{(kept > 0 ? "; what has arrived is kept" : "")}. Pull again when there is room.", e);
        }
        finally
        {
            partial = null;
        }
    }

    private string TargetOf(HubFile file)
    {
        if (file.Sha256 is null || file.Bytes <= 0) throw new CatalogException($"{options.Endpoint} names no SHA-256 and size for {file.Path}, so that it could not be checked: only files in LFS can be pulled.");
        var folder = Path.GetFullPath(request.Repository, catalog.ModelsFolder);
        var target = Path.GetFullPath(file.Path, folder);
        return target.StartsWith(folder + "/", StringComparison.Ordinal) ? target : throw new CatalogException($"{request.Repository}: the file name \"{file.Path}\" leads out of the folder.");
    }

    private void CheckDisk(IReadOnlyList<(HubFile File, string Target)> targets)
    {
        Directory.CreateDirectory(catalog.ModelsFolder);
        var needed = targets.Where(target => !System.IO.File.Exists(target.Target)).Sum(target => target.File.Bytes - PartialFile.ArrivedBefore(target.Target, target.File));
        if (FreeSpace(catalog.ModelsFolder) is var free && free < needed + Spare)
        {
            throw new CatalogException($"{File} needs {ByteSize.Of(needed)} more and {ByteSize.Of(Spare)} to spare, but the disk of {catalog.ModelsFolder} has {ByteSize.Of(free)} free.");
        }
    }
}
