using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;
using MlNetLlm.Persistence;
using MlNetLlm.Svf;

namespace MlNetLlm.SelfAdaptation;

/// <summary>
/// Answers the questions of a column in two passes and adds the columns of <see cref="AdaptationColumns"/> (Transformer², section 3.2):
/// the first pass says which expert suits the question, the second answers it with that expert's weights. Rows keep their order.
/// </summary>
/// <remarks>
/// Questions are grouped by expert among <see cref="SelfAdaptationOptions.GroupRows"/> rows. Loaded from an ML.NET model file, where rows
/// come one by one, each row is a group of its own and the weights may be switched for each; load the folder that
/// <see cref="Save(string, IFileSystem?)"/> writes to answer many rows.
/// </remarks>
public sealed class SelfAdaptingTransformer : RowTransformer<string, AdaptedAnswer>, IDisposable
{
    private readonly TwoPasses _passes;
    private readonly IReadOnlyList<string> _names;
    private readonly bool _owns;

    internal SelfAdaptingTransformer(
        SvfExpertLibrary library, SelfAdaptationOptions options, MixSearchResult? search = null, bool owns = false,
        TimeProvider? clock = null)
    {
        _ = CausalModel.Require(library.Base, "SelfAdapt");
        (Library, Options, Search, _owns) = (library, options.ValidatedFor(library), search, owns);
        _names = [.. library.Names];
        _passes = new TwoPasses(library, Options, clock ?? TimeProvider.System);
    }

    /// <summary>The experts and their base model.</summary>
    public SvfExpertLibrary Library { get; }

    /// <summary>The options.</summary>
    public SelfAdaptationOptions Options { get; }

    /// <summary>How the mix was found, where an estimator searched it; null otherwise and after loading.</summary>
    public MixSearchResult? Search { get; }

    /// <summary>How often weights were switched so far.</summary>
    public long Switches => _passes.Mixer.Switches;

    /// <summary>Saves base model, experts and options as a folder, whole or not at all.</summary>
    /// <param name="folder">The folder; an older one is replaced.</param>
    /// <param name="fileSystem">Where to write; null = this machine's files.</param>
    public void Save(string folder, IFileSystem? fileSystem = null) =>
        SelfAdaptationFolder.Save(this, folder, fileSystem ?? FileSystems.Default);

    /// <summary>Loads what <see cref="Save(string, IFileSystem?)"/> wrote; the result owns its model and experts.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="DirectoryNotFoundException">There is no complete folder.</exception>
    /// <exception cref="InvalidDataException">What is there is broken.</exception>
    public static SelfAdaptingTransformer Load(string folder) => SelfAdaptationFolder.Load(folder);

    /// <summary>Frees the weights it made; a loaded one frees its base model and experts too.</summary>
    public void Dispose()
    {
        _passes.Dispose();
        if (!_owns) return;
        Library.Dispose();
        Library.Base.Dispose();
    }

    internal override int RowsAhead => Options.GroupRows;

    internal override IReadOnlyList<DataViewSchema.Column> InputColumns(DataViewSchema schema) =>
        [Columns.Text(schema, Options.TextColumn, nameof(Options.TextColumn))];

    internal override Func<string> Reader(DataViewRow row) => TextColumnReader.Of(row, Options.TextColumn);

    internal override IReadOnlyList<OutputColumn<AdaptedAnswer>> OutputColumns(DataViewSchema schema) =>
        AdaptationColumns.For(_names.Count);

    internal override IReadOnlyList<AdaptedAnswer> Compute(IReadOnlyList<string> rows) => _passes.Answer(rows);

    private protected override void Save(ModelSaveContext ctx) => SavedMapping.Save(
        ctx,
        SelfAdaptationFolder.Pack(this),
        new SelfAdaptationFactory(),
        EmptyRows.OfText(Options.TextColumn),
        [(Options.TextColumn, SavedText.Column)],
        SavedOutput.Copy(SavedAdaptation.ExpertColumn, AdaptationColumns.Expert),
        SavedOutput.Vector(AdaptationColumns.Weights, _names.Count),
        SavedOutput.Copy(SavedAdaptation.AnswerColumn, AdaptationColumns.Answer),
        SavedOutput.Copy(SavedAdaptation.FirstColumn, AdaptationColumns.FirstPassSeconds),
        SavedOutput.Copy(SavedAdaptation.SecondColumn, AdaptationColumns.SecondPassSeconds),
        SavedOutput.Copy(SavedAdaptation.CutColumn, AdaptationColumns.CutTokens));
}
