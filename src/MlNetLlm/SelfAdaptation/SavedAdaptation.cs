using System.ComponentModel;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MlNetLlm.Mapping;

namespace MlNetLlm.SelfAdaptation;

/// <summary>The results of a saved self-adapting step under their fixed names; the experts' parts are the vector.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SavedAdaptation : SavedVector
{
    internal const string ExpertColumn = "MlNetLlm.Expert";
    internal const string AnswerColumn = "MlNetLlm.Answer";
    internal const string FirstColumn = "MlNetLlm.FirstPass";
    internal const string SecondColumn = "MlNetLlm.SecondPass";
    internal const string CutColumn = "MlNetLlm.CutTokens";

    /// <summary>Who answered.</summary>
    [ColumnName(ExpertColumn)]
    public string Expert { get; set; } = "";

    /// <summary>The answer.</summary>
    [ColumnName(AnswerColumn)]
    public string Answer { get; set; } = "";

    /// <summary>Seconds of the first pass.</summary>
    [ColumnName(FirstColumn)]
    public double FirstPassSeconds { get; set; }

    /// <summary>Seconds of the second pass.</summary>
    [ColumnName(SecondColumn)]
    public double SecondPassSeconds { get; set; }

    /// <summary>Tokens cut off the prompt.</summary>
    [ColumnName(CutColumn)]
    public int CutTokens { get; set; }
}

/// <summary>Rebuilds a self-adapting step in a loaded model file.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class SelfAdaptationFactory : SavedFactory<SavedTextAndPayload, SavedAdaptation, SelfAdaptingTransformer>
{
    private const string Contract = "MlNetLlm.SelfAdapt";

    internal override string ContractName => Contract;

    private protected override SelfAdaptingTransformer Restore(byte[] payload) => SelfAdaptationFolder.Unpack(payload);

    private protected override void Map(SelfAdaptingTransformer state, SavedTextAndPayload input, SavedAdaptation output)
    {
        var row = state.Compute([input.Text.ToString()])[0];
        output.Set(row.Weights);
        (output.Expert, output.Answer, output.CutTokens) = (row.Expert, row.Answer, row.CutTokens);
        (output.FirstPassSeconds, output.SecondPassSeconds) = (row.FirstPassSeconds, row.SecondPassSeconds);
    }
}
