using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.Persistence;
using MlNetLlm.Training;

namespace MlNetLlm.ConceptMixing;

/// <summary>
/// Labels text once and for all. Finished windows are kept part by part beside the folder, so a killed run goes on where it was; the folder
/// itself appears whole at the end.
/// </summary>
internal sealed class ConceptLabelling
{
    private readonly ConceptTeacher _teacher;
    private readonly LabelConceptsOptions _options;
    private readonly TeacherWindows _windows;
    private readonly IFileSystem _files;
    private readonly string _folder, _parts;

    private ConceptLabelling(ConceptTeacher teacher, LabelConceptsOptions options, TeacherWindows windows, string folder, IFileSystem files)
    {
        (_teacher, _options, _windows, _folder, _files) = (teacher, options, windows, folder, files);
        var name = Identity.Sha256(
            $"{teacher.Fingerprint}\n{windows.Fingerprint}\n{options.Identity()}\n{options.CheckpointWindows}")[..16];
        _parts = $"{Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))}.{name}.parts";     // another run's parts are never taken
    }

    private int PartCount => (_windows.Count + _options.CheckpointWindows - 1) / _options.CheckpointWindows;

    private int LabelsPerWindow => _options.SequenceLength * _options.LabelsPerToken;

    /// <summary>Labels data, or opens the labels where they are there already.</summary>
    public static ConceptLabels Run(
        ConceptTeacher teacher, IDataView data, LabelConceptsOptions options, string folder, IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken, IFileSystem? files = null)
    {
        RequireIds(teacher, options);
        using var windows = TeacherWindows.Read(teacher.Model, data, options.Reading(), cancellationToken);
        var labelling = new ConceptLabelling(teacher, options, windows, folder, files ?? FileSystems.Default);
        if (AtomicFolder.Exists(folder)) return labelling.Found();
        labelling.LabelParts(progress, cancellationToken);
        labelling.Complete();
        return ConceptLabels.Open(folder);
    }

    private static void RequireIds(ConceptTeacher teacher, LabelConceptsOptions options)
    {
        var most = options.Kinds.Max(kind => Concepts(teacher, kind));
        if (most >= LabelPart.None)
            throw new ArgumentException(
                $"Labels are stored in two bytes, for {LabelPart.None - 1} concepts at most; this teacher has {most}. "
                + "Use an autoencoder with fewer latents, or leave NextTokens out.");
    }

    private static int Concepts(ConceptTeacher teacher, ConceptLabelKind kind) =>
        kind == ConceptLabelKind.NextTokens ? teacher.Model.Config.VocabularySize : teacher.Autoencoder.Latents;

    private ConceptLabels Found()
    {
        var labels = ConceptLabels.Open(_folder);
        if (labels.Manifest.Teacher == _teacher.Fingerprint && labels.Manifest.Data == _windows.Fingerprint
            && labels.Manifest.Identity == _options.Identity())
            return labels;
        var manifest = labels.Manifest;
        labels.Dispose();
        string[] differences =
        [
            .. manifest.Teacher != _teacher.Fingerprint ? ["another teacher"] : Array.Empty<string>(),
            .. manifest.Data != _windows.Fingerprint ? ["another text"] : Array.Empty<string>(),
            .. manifest.Identity != _options.Identity() ? [$"'{manifest.Identity}', not '{_options.Identity()}'"] : Array.Empty<string>(),
        ];
        throw new InvalidOperationException(
            $"'{_folder}' already holds labels of {string.Join(" and of ", differences)}. Choose another folder, or delete that one.");
    }

    private void LabelParts(IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        _files.CreateFolder(_parts);
        var (started, tokens) = (Stopwatch.GetTimestamp(), 0L);
        for (var number = 0; number < PartCount; number++)
        {
            var part = NewPart(number);
            if (TryRead(number, part)) continue;
            var (first, end) = Range(number);
            foreach (var batch in _windows.Batches(first, end, _options.BatchWindows))
            {
                cancellationToken.ThrowIfCancellationRequested();
                Label(batch, part, first);
                tokens += batch.Tokens.Length;
                var (done, elapsed) = (batch.First + batch.Rows, Stopwatch.GetElapsedTime(started));
                progress?.Report(new TrainingProgress(
                    done, _windows.Count, part.Targets > 0 ? part.Loss / part.Targets : double.NaN, null, 0,
                    tokens / Math.Max(elapsed.TotalSeconds, 1e-9),
                    elapsed / tokens * ((_windows.Count - done) * (long)_options.SequenceLength), tokens, "label"));
            }
            AtomicFile.WriteAllBytes(_files, PartPath(number), part.ToBytes());
        }
    }

    private void Label(WindowBatch batch, LabelPart part, int firstOfPart)
    {
        if (batch.Time < 2) return;                                                // a last window of one token predicts nothing
        var tokensWanted = _options.Kinds.Contains(ConceptLabelKind.NextTokens) ? _options.LabelsPerToken : 0;
        var pass = TeacherPass.Run(_teacher, batch.Tokens, batch.Targets, batch.Rows, _options, tokensWanted);
        part.Loss += pass.Loss;
        part.Targets += batch.Rows * (batch.Time - 1L);
        if (!double.IsFinite(pass.Loss))
            throw new InvalidOperationException(
                $"The teacher's loss is {pass.Loss} in windows {batch.First} to {batch.First + batch.Rows - 1}: its weights are broken.");
        var labels = new int[_options.LabelsPerToken];
        ConceptScores.Of(_teacher.Autoencoder, pass.States, pass.Slopes, _options.Candidates, (position, scores) =>
        {
            var (row, t) = Math.DivRem(position, batch.Time);
            if (batch.Targets[position] == TokenBatch.Ignored) return;             // no loss of its own, no label
            var at = (batch.First - firstOfPart + row) * LabelsPerWindow + t * _options.LabelsPerToken;
            for (var kind = 0; kind < _options.Kinds.Count; kind++)
            {
                if (_options.Kinds[kind] == ConceptLabelKind.NextTokens)
                    pass.NextTokens.AsSpan(position * labels.Length, labels.Length).CopyTo(labels);
                else
                    part.Active[kind] += LabelSelection.Select(scores, _options.Kinds[kind], labels);
                for (var i = 0; i < labels.Length && labels[i] != LabelSelection.None; i++)
                    part.Of(kind)[at + i] = (ushort)labels[i];
            }
        });
    }

    private void Complete()
    {
        AtomicFolder.Write(_files, _folder, temporary =>
        {
            var (loss, targets, active) = (0.0, 0L, new long[_options.Kinds.Count]);
            for (var kind = 0; kind < _options.Kinds.Count; kind++)
                AtomicFile.Write(_files, Path.Combine(temporary, ConceptLabels.FileOf(_options.Kinds[kind])), stream =>
                {
                    foreach (var part in Parts())
                    {
                        stream.Write(MemoryMarshal.AsBytes(part.Of(kind)));
                        if (kind == 0) (loss, targets) = (loss + part.Loss, targets + part.Targets);
                        active[kind] += part.Active[kind];
                    }
                });
            var manifest = new ConceptLabelManifest
            {
                Windows = _windows.Count, SequenceLength = _options.SequenceLength, LabelsPerToken = _options.LabelsPerToken,
                Kinds = [.. _options.Kinds.Select((kind, i) => new ConceptLabelFile(kind, Concepts(_teacher, kind), active[i]))],
                Teacher = _teacher.Fingerprint, Data = _windows.Fingerprint, Identity = _options.Identity(),
                TeacherLoss = targets > 0 ? loss / targets : null,
            };
            AtomicFile.WriteAllBytes(_files, Path.Combine(temporary, ConceptLabels.ManifestName), StrictJson.ToBytes(manifest));
        });
        Leftovers.TryDelete(_files, _parts);
    }

    private IEnumerable<LabelPart> Parts()
    {
        for (var number = 0; number < PartCount; number++)
        {
            var part = NewPart(number);
            yield return TryRead(number, part) ? part : throw new InvalidDataException(
                $"'{PartPath(number)}' was changed or cut while the labels were made. Run it again: it goes on from there.");
        }
    }

    private LabelPart NewPart(int number)
    {
        var (first, end) = Range(number);
        return new LabelPart(_options.Kinds.Count, (end - first) * LabelsPerWindow);
    }

    private (int First, int End) Range(int number) => (
        number * _options.CheckpointWindows, Math.Min(_windows.Count, (number + 1) * _options.CheckpointWindows));

    private bool TryRead(int number, LabelPart part) => File.Exists(PartPath(number)) && part.TryRead(File.ReadAllBytes(PartPath(number)));

    private string PartPath(int number) => Path.Combine(_parts, $"part-{number:D6}.bin");
}
